// 代缴居民医保: a sharer pays a relative's premium. A payment whose outcome is unknown is asked for,
// under its key, also after the program was closed; it is never sent as a new one.

import {
  PayablePremiums,
  PayPremium,
  Premiums,
  RefundPremium,
  type PayablePremiumsQuery,
} from "../../../generated/operations";
import { act, isOpen, seenAnew, settled } from "../../lib/act";
import { moment, yuan } from "../../lib/format";
import { ask, Trouble } from "../../lib/graphql";
import { fill, look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";

type Payables = Extract<PayablePremiumsQuery["payablePremiums"], { __typename: "PayablePremiums" }>;

interface Payable {
  readonly id: string;
  readonly bindingId: string;
  readonly yearNo: number;
  readonly plan: string;
  readonly name: string;
  readonly year: string;
  readonly window: string;
  readonly reasons: string;
  readonly isPaid: boolean;
  readonly canPay: boolean;
  /** It was sent, and nobody knows whether it was done. */
  readonly isUnknown: boolean;
  readonly pay: string;
  readonly sentence: string;
}

interface Paid {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly amount: string;
  readonly canRefund: boolean;
}

const AT_MOST = 30;

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    premiums: [] as Payable[],
    paid: [] as Paid[],
    asking: "",
    never: "",
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onShow() {
      this.setData(lookOf("titlePremium"));
      void this.load();
    },

    async load() {
      try {
        const [{ payablePremiums }, { premiums }] = await Promise.all([
          ask(PayablePremiums, {}),
          ask(Premiums, { side: "PAYER", first: AT_MOST }),
        ]);
        seenAnew();
        if (payablePremiums.__typename !== "PayablePremiums") {
          return this.setData({ phase: "error" });
        }
        const paid = premiums.__typename === "PremiumConnection" ? premiums.nodes : [];
        this.setData({
          phase: "ready",
          premiums: payablePremiums.premiums.map(shown),
          paid: paid.flatMap((one) => (one.__typename === "PremiumAsPayer" ? [history(one)] : [])),
        });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    onPay(event: WechatMiniprogram.TouchEvent) {
      const premium = this.at(event);
      if (premium) this.setData({ asking: premium.id, said: "" });
    },

    onCancel() {
      this.setData({ asking: "" });
    },

    async onConfirm(event: WechatMiniprogram.TouchEvent) {
      const premium = this.at(event);
      if (!premium || this.data.isBusy) return;
      this.setData({ isBusy: true });
      const ended = await act(PayPremium, wanted(premium), premium.id);
      const t = words();
      if (ended.kind === "unknown") {
        this.setData({ isBusy: false, asking: "", said: t.premiumUnknown, isWrong: true });
        return void this.load();
      }
      const said = ended.kind === "done" ? t.premiumDone : ended.text;
      this.setData({ isBusy: false, asking: "", said, isWrong: ended.kind !== "done" });
      void this.load();
    },

    onRefund(event: WechatMiniprogram.TouchEvent) {
      this.setData({ asking: String(event.currentTarget.dataset.id), said: "" });
    },

    async onConfirmRefund(event: WechatMiniprogram.TouchEvent) {
      if (this.data.isBusy) return;
      this.setData({ isBusy: true });
      const premiumId = String(event.currentTarget.dataset.id);
      const ended = await act(RefundPremium, { premiumId });
      const said = ended.kind === "done" ? words().refundDone : ended.text;
      this.setData({ isBusy: false, asking: "", said, isWrong: ended.kind !== "done" });
      void this.load();
    },

    async onAsk(event: WechatMiniprogram.TouchEvent) {
      const premium = this.at(event);
      if (!premium || this.data.isBusy) return;
      this.setData({ isBusy: true });
      const t = words();
      try {
        const known = await settled(PayPremium, premium.id);
        if (known === "open") this.setData({ said: t.premiumStill, isWrong: true });
        else {
          const sentences = {
            done: t.premiumDone,
            refused: t.premiumRefused,
            never: t.premiumNever,
          };
          const said = known ? sentences[known] : t.premiumNever;
          this.setData({ said, isWrong: known !== "done", never: known === "never" ? premium.id : "" });
          await this.load();
        }
      } catch (reason) {
        if (!(reason instanceof Trouble)) throw reason;
        this.setData({ said: t.premiumUnknown, isWrong: true });
      }
      this.setData({ isBusy: false });
    },

    at(event: WechatMiniprogram.TouchEvent): Payable | undefined {
      return this.data.premiums[Number(event.currentTarget.dataset.index)];
    },
  },
});

function wanted(premium: Payable) {
  return { bindingId: premium.bindingId, year: premium.yearNo, ifPlan: premium.plan };
}

function shown(one: Payables["premiums"][number]): Payable {
  const t = words();
  const amount = yuan(one.amountFen);
  const year = fill(t.premiumYear, { year: one.year });
  const id = `${one.bindingId} ${one.year}`;
  return {
    id,
    bindingId: one.bindingId,
    yearNo: one.year,
    plan: one.plan,
    name: one.insuredName,
    year,
    window: fill(t.premiumWindow, { opens: one.opensOn, closes: one.closesOn }),
    reasons: one.isPaid ? "" : one.reasons.map((reason) => reason.message).join(""),
    isPaid: one.isPaid,
    canPay: !one.isPaid && one.reasons.length === 0,
    isUnknown: isOpen(PayPremium, id),
    pay: fill(t.premiumPay, { amount }),
    sentence: fill(t.premiumConfirm, { amount, name: one.insuredName, year: one.year }),
  };
}

function history(one: {
  id: string;
  insuredName: string;
  year: number;
  amountFen: number;
  status: "DEBITED" | "CONFIRMED" | "FAILED" | "REFUNDED";
  debitedAt: string;
}): Paid {
  const t = words();
  return {
    id: one.id,
    title: `${one.insuredName} · ${fill(t.premiumYear, { year: one.year })}`,
    note: `${moment(one.debitedAt)} · ${t[one.status]}`,
    amount: yuan(one.amountFen),
    canRefund: one.status === "CONFIRMED",
  };
}
