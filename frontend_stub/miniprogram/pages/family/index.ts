// The family account (账户共济): the own account, who shares with whom, and open invitations.

import { FamilyAccount, type FamilyAccountQuery } from "../../../generated/operations";
import { moment, yuan } from "../../lib/format";
import { ask } from "../../lib/graphql";
import { choice, choose, fill, look, lookOf, nameTabs, words } from "../../lib/look";
import { orderNote } from "../../lib/order_note";
import { phaseAfter, type Phase } from "../../lib/phase";
import { leave, session } from "../../lib/session";
import { talk } from "../../lib/talk";

type Family = Extract<FamilyAccountQuery["familyAccount"], { __typename: "FamilyAccount" }>;

/** One binding or invitation as a line of a list. */
interface Line {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly state: string;
  readonly tone: string;
}

const TONES = { ENOUGH: "good", LOW: "warn", EMPTY: "off", UNAVAILABLE: "off" } as const;

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    person: { name: "", idNumber: "", region: "", scheme: "" },
    account: { has: false, balance: "", reserve: "", trouble: "" },
    orderNote: "",
    sharers: [] as Line[],
    beneficiaries: [] as Line[],
    received: [] as Line[],
    sent: [] as Line[],
    isAsking: false,
    heard: 0,
    leaveOff: [] as (() => void)[],
  },
  lifetimes: {
    detached() {
      this.stop();
    },
  },
  methods: {
    onShow() {
      if (!session()) return leave();
      this.setData(lookOf("titleFamily"));
      nameTabs();
      void this.load();
      this.stop();
      this.data.leaveOff = [talk().watch(() => void this.renew())];
      void talk().attend();
    },

    onHide() {
      this.stop();
    },

    stop() {
      for (const leaveOff of this.data.leaveOff) leaveOff();
      this.data.leaveOff = [];
    },

    async load() {
      if (this.data.phase !== "ready") this.setData({ phase: "loading" });
      this.data.heard = talk().heard;
      try {
        const { familyAccount } = await ask(FamilyAccount, {});
        if (familyAccount.__typename !== "FamilyAccount") this.setData({ phase: "error" });
        else this.setData({ phase: "ready", ...shown(familyAccount) });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    /** Load anew what changed in the family, one time after the other, and what could not be loaded. */
    async renew() {
      if (this.data.isAsking) return;
      this.data.isAsking = true;
      // The line is back, or is not known to be cut.
      if (this.data.phase === "offline" && !talk().isCut) await this.load();
      while (this.data.heard !== talk().heard && this.data.phase === "ready") await this.load();
      this.data.isAsking = false;
    },

    onElder() {
      choose({ isElder: !choice().isElder });
      this.setData(look());
    },

    onBinding(event: WechatMiniprogram.TouchEvent) {
      wx.navigateTo({ url: `/pages/binding/index?id=${event.currentTarget.dataset.id}` });
    },

    onGo(event: WechatMiniprogram.TouchEvent) {
      wx.navigateTo({ url: `/pages/${event.currentTarget.dataset.to}/index` });
    },
  },
});

function shown(family: Family) {
  const t = words();
  return {
    person: {
      name: family.person.name,
      idNumber: family.person.idNumber,
      region: family.person.region.name ?? family.person.region.code,
      scheme: family.person.scheme === "EMPLOYEE" ? t.employee : t.resident,
    },
    account: accountOf(family.account),
    orderNote: orderNote(family.orderSource, family.sharers, t.sharersText),
    sharers: family.sharers.map(sharerLine),
    beneficiaries: family.beneficiaries.map(beneficiaryLine),
    received: family.invitationsReceived.map((one) => ({
      ...invitation(one),
      title: fill(t.invitesYou, { name: one.sharerName, kinship: one.kinshipName }),
    })),
    sent: family.invitationsSent.map((one) => ({
      ...invitation(one),
      title: fill(t.invited, { name: one.beneficiaryName, kinship: one.kinshipName }),
    })),
  };
}

function accountOf(account: Family["account"]) {
  if (!account) return { has: false, balance: "", reserve: "", trouble: "" };
  const t = words();
  const troubles = { NORMAL: "", FROZEN: t.frozen, CLOSED: t.closed };
  return {
    has: true,
    balance: yuan(account.balanceFen),
    reserve: account.reserveFen > 0 ? yuan(account.reserveFen) : "",
    trouble: troubles[account.status],
  };
}

function sharerLine(one: Family["sharers"][number]): Line {
  const t = words();
  return {
    id: one.id,
    title: one.sharerName,
    note: one.rank === null ? "" : fill(t.rank, { rank: one.rank }),
    state: t[one.availability],
    tone: TONES[one.availability],
  };
}

function beneficiaryLine(one: Family["beneficiaries"][number]): Line {
  const t = words();
  const isOn = one.status === "ACTIVE" && !one.isSuspended;
  return {
    id: one.id,
    title: `${one.beneficiaryName} · ${one.kinshipName}`,
    note: fill(t.usedInMonth, { amount: yuan(one.usedInMonthFen) }),
    state: one.isSuspended ? t.suspended : t[one.status],
    tone: isOn ? "good" : "off",
  };
}

function invitation(one: { id: string; status: Family["sharers"][number]["status"]; expiresAt: string }) {
  const t = words();
  const note = one.status === "INVITED" ? fill(t.until, { at: moment(one.expiresAt) }) : "";
  return { id: one.id, note, state: t[one.status], tone: "" };
}
