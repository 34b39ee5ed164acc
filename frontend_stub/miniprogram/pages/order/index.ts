// 扣款顺序: the beneficiary orders the sharers. Saved with the version that was seen, so that a
// change made elsewhere meanwhile is shown and never overwritten unseen.

import { FamilyAccount, ReorderSharers, type FamilyAccountQuery } from "../../../generated/operations";
import { act } from "../../lib/act";
import { ask } from "../../lib/graphql";
import { fill, look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";

type Family = Extract<FamilyAccountQuery["familyAccount"], { __typename: "FamilyAccount" }>;

interface Sharer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly up: string;
  readonly down: string;
  readonly rank: number;
}

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    version: 0,
    sharers: [] as Sharer[],
    isMoved: false,
    stale: [] as string[],
    staleVersion: 0,
    staleNames: "",
    mineNames: "",
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onShow() {
      this.setData(lookOf("titleOrder"));
      if (!this.data.isMoved) void this.load();
    },

    async load() {
      this.setData({ said: "", stale: [] });
      try {
        const { familyAccount } = await ask(FamilyAccount, {});
        if (familyAccount.__typename !== "FamilyAccount") return this.setData({ phase: "error" });
        const sharers = ranked(familyAccount.sharers.map(shown));
        const version = familyAccount.orderVersion;
        this.setData({ phase: "ready", sharers, version, isMoved: false });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    onUp(event: WechatMiniprogram.TouchEvent) {
      this.move(Number(event.currentTarget.dataset.index), -1);
    },

    onDown(event: WechatMiniprogram.TouchEvent) {
      this.move(Number(event.currentTarget.dataset.index), 1);
    },

    move(index: number, by: number) {
      const sharers = [...this.data.sharers];
      const [moved] = sharers.splice(index, 1);
      if (!moved) return;
      sharers.splice(index + by, 0, moved);
      this.setData({ sharers: ranked(sharers), isMoved: true, said: "" });
    },

    onSave() {
      void this.save(this.data.version);
    },

    /** Save what was wanted, now over the order that was shown beside it. */
    onTakeMine() {
      void this.save(this.data.staleVersion);
    },

    onTakeNow() {
      void this.load();
    },

    async save(expectedVersion: number) {
      if (this.data.isBusy) return;
      this.setData({ isBusy: true });
      const bindingIds = this.data.sharers.map((one) => one.id);
      const ended = await act(ReorderSharers, { bindingIds, expectedVersion });
      this.setData({ isBusy: false });
      if (ended.result?.__typename === "StaleOrder") this.compare(ended.result.current);
      else if (ended.kind === "done") {
        await this.load();
        this.setData({ said: words().orderSaved, isWrong: false });
      } else this.setData({ said: ended.text, isWrong: true });
    },

    compare(current: { version: number; bindingIds: string[] }) {
      const names = new Map(this.data.sharers.map((one) => [one.id, one.name]));
      const isSameFamily =
        names.size === current.bindingIds.length && current.bindingIds.every((id) => names.has(id));
      if (!isSameFamily) {
        void this.load().then(() => this.setData({ said: words().orderGone, isWrong: true }));
        return;
      }
      const inOrder = (ids: readonly string[]) => ids.map((id) => names.get(id)).join(" → ");
      this.setData({
        stale: current.bindingIds,
        staleVersion: current.version,
        staleNames: inOrder(current.bindingIds),
        mineNames: inOrder([...names.keys()]),
        said: "",
      });
    },
  },
});

function shown(sharer: Family["sharers"][number]): Sharer {
  const t = words();
  return {
    id: sharer.id,
    name: sharer.sharerName,
    state: t[sharer.availability],
    up: fill(t.orderUp, { name: sharer.sharerName }),
    down: fill(t.orderDown, { name: sharer.sharerName }),
    rank: 0,
  };
}

function ranked(sharers: readonly Sharer[]): Sharer[] {
  return sharers.map((one, index) => ({ ...one, rank: index + 1 }));
}
