// 共济明细: own settlements, what relatives drew, and every movement of the own account.

import { ExportMovements, Movements, Settlements, SharedDraws } from "../../../generated/operations";
import { act } from "../../lib/act";
import { moment, monthDays, months, yuan } from "../../lib/format";
import { ask, fetchFile, Trouble } from "../../lib/graphql";
import { fill, look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";

type Kind = "mine" | "shared" | "moves";

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly amount: string;
  readonly receipt: string;
}

interface Page {
  readonly records: Shown[];
  readonly next: string;
}

const AT_ONCE = 30;

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    kind: "mine" as Kind,
    kinds: [] as { kind: Kind; name: string }[],
    month: "",
    months: [] as { month: string; name: string }[],
    records: [] as Shown[],
    next: "",
    file: "",
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onShow() {
      const shown = lookOf("titleRecords");
      const { t } = shown;
      const kinds: { kind: Kind; name: string }[] = [
        { kind: "mine", name: t.filterMine },
        { kind: "shared", name: t.filterShared },
        { kind: "moves", name: t.filterMoves },
      ];
      const [now, last, before] = months(Date.now());
      const named = [
        { month: "", name: t.filterAll },
        { month: now, name: t.filterThis },
        { month: last, name: t.filterLast },
        { month: before, name: before },
      ];
      this.setData({ ...shown, kinds, months: named });
      void this.load();
    },

    onKind(event: WechatMiniprogram.TouchEvent) {
      this.setData({ kind: event.currentTarget.dataset.kind as Kind });
      void this.load();
    },

    onMonth(event: WechatMiniprogram.TouchEvent) {
      this.setData({ month: String(event.currentTarget.dataset.month) });
      void this.load();
    },

    async load() {
      const { kind, month } = this.data;
      this.setData({ phase: "loading", file: "", said: "" });
      try {
        const page = await pageOf(kind, month, null);
        const isStillWanted = kind === this.data.kind && month === this.data.month;
        if (isStillWanted) this.setData({ phase: "ready", ...page });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    async onMore() {
      const { kind, month, next, isBusy } = this.data;
      if (isBusy) return;
      this.setData({ isBusy: true });
      try {
        const page = await pageOf(kind, month, next);
        this.setData({ records: [...this.data.records, ...page.records], next: page.next });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
      this.setData({ isBusy: false });
    },

    /** Two taps: WeChat lets a program hand over a file only at once after a tap. */
    async onExport() {
      const { month, isBusy } = this.data;
      if (isBusy) return;
      this.setData({ isBusy: true, said: "" });
      const t = words();
      try {
        const ended = await act(ExportMovements, month ? monthDays(month) : {});
        if (ended.result?.__typename === "ExportMovementsPayload") {
          const file = await fetchFile(ended.result.link.path);
          this.setData({ file, said: t.exportReady, isWrong: false });
        } else this.setData({ said: ended.text, isWrong: true });
      } catch (reason) {
        if (!(reason instanceof Trouble)) throw reason;
        this.setData({ said: t.exportFailed, isWrong: true });
      }
      this.setData({ isBusy: false });
    },

    onSave() {
      const { file, month } = this.data;
      const fileName = `${words().titleRecords}${month}.csv`;
      wx.shareFileMessage({ filePath: file, fileName });
    },

    onReceipt(event: WechatMiniprogram.TouchEvent) {
      wx.navigateTo({ url: `/pages/receipt/index?id=${event.currentTarget.dataset.id}` });
    },
  },
});

/** Ask for one page of records, the newest first. */
async function pageOf(kind: Kind, month: string, after: string | null): Promise<Page> {
  const asked = { ...(month ? monthDays(month) : {}), first: AT_ONCE, after };
  if (kind === "mine") return settlements(asked);
  if (kind === "moves") return movements(asked);
  return draws({ first: AT_ONCE, after });
}

interface Asked {
  readonly fromDay?: string;
  readonly toDay?: string;
  readonly first: number;
  readonly after: string | null;
}

const NOTHING: Page = { records: [], next: "" };

async function settlements(asked: Asked): Promise<Page> {
  const t = words();
  const { settlements } = await ask(Settlements, asked);
  if (settlements.__typename !== "SettlementConnection") return NOTHING;
  const records = settlements.nodes.map((one) => ({
    id: one.id,
    title: one.institution.name,
    note: [
      moment(one.settledAt),
      ...(one.status === "REVERSED" ? [t.reversed] : []),
      `${t.rowOwn} ${yuan(one.ownFen)}`,
      `${t.rowShared} ${yuan(one.sharedFen)}`,
      `${t.rowCash} ${yuan(one.cashFen)}`,
    ].join(" · "),
    amount: yuan(one.personalShareFen),
    receipt: one.id,
  }));
  return { records, next: nextOf(settlements.pageInfo) };
}

async function draws(asked: Asked): Promise<Page> {
  const t = words();
  const { sharedDraws } = await ask(SharedDraws, asked);
  if (sharedDraws.__typename !== "SharedDrawConnection") return NOTHING;
  const records = sharedDraws.nodes.map((one) => ({
    id: `${one.bindingId} ${one.settledAt}`,
    title: one.beneficiaryName,
    note: [
      moment(one.settledAt),
      one.county.name ?? one.county.code,
      t[one.place],
      ...(one.reversedAt ? [t.reversed] : []),
    ].join(" · "),
    amount: yuan(one.amountFen),
    receipt: "",
  }));
  return { records, next: nextOf(sharedDraws.pageInfo) };
}

async function movements(asked: Asked): Promise<Page> {
  const t = words();
  const { movements } = await ask(Movements, asked);
  if (movements.__typename !== "MovementConnection") return NOTHING;
  const records = movements.nodes.map((one) => ({
    id: String(one.entryNo),
    title: t[one.kind],
    note: `${moment(one.bookedAt)} · ${fill(t.balanceAfter, { amount: yuan(one.balanceAfterFen) })}`,
    amount: yuan(one.amountFen),
    receipt: one.settlementId ?? "",
  }));
  return { records, next: nextOf(movements.pageInfo) };
}

function nextOf(page: { hasNextPage: boolean; endCursor: string | null }): string {
  return page.hasNextPage ? (page.endCursor ?? "") : "";
}
