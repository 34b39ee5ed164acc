// 结算详情: one settlement, who paid what, and why: the recorded explanation, step by step.

import { Settlement, type SettlementQuery } from "../../../generated/operations";
import { moment, yuan } from "../../lib/format";
import { ask } from "../../lib/graphql";
import { fill, look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";
import { returned } from "../../lib/returned";

type Settled = NonNullable<SettlementQuery["settlement"]>;

interface Pair {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

const NONE = {
  id: "",
  place: "",
  reversed: "",
  facts: [] as Pair[],
  legs: [] as Pair[],
  steps: [] as { id: number; text: string }[],
  lines: [] as Pair[],
};

Component({
  data: { ...look(), phase: "loading" as Phase, id: "", receipt: NONE },
  methods: {
    onLoad(query: Record<string, string>) {
      this.setData({ id: query.id ?? "" });
    },

    onShow() {
      this.setData(lookOf("titleReceipt"));
      void this.load();
    },

    async load() {
      try {
        const { settlement } = await ask(Settlement, { id: this.data.id });
        this.setData({ phase: "ready", receipt: settlement ? shown(settlement) : NONE });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },
  },
});

function shown(settled: Settled): typeof NONE {
  const t = words();
  const { reversal } = settled;
  const visit = settled.visit === "PHARMACY" ? t.visitPHARMACY : t[settled.visit];
  return {
    id: settled.id,
    place: settled.institution.name,
    reversed: reversal
      ? [fill(t.receiptReversed, { at: moment(reversal.reversedAt) }), ...returned(settled)].join("")
      : "",
    facts: pairs([
      [t.receiptAt, moment(settled.settledAt)],
      [t.receiptVisit, visit],
      [t.receiptBill, settled.institutionBillNo],
      [t.receiptTotal, yuan(settled.totalFen)],
      [t.receiptFund, yuan(settled.fundPaidFen)],
      [t.receiptShare, yuan(settled.personalShareFen)],
    ]),
    legs: pairs([
      ...settled.legs.filter((leg) => leg.type !== "CASH").map((leg): [string, string] => [
        leg.sharerName ? `${fill(t.rank, { rank: leg.rank ?? "" })} ${leg.sharerName}` : t.rowOwn,
        yuan(leg.amountFen),
      ]),
      [t.rowCash, yuan(settled.cashFen)],
    ]),
    steps: settled.explanation.map((step, id) => ({ id, text: step.sentence })),
    lines: pairs(settled.lines.map((line) => [line.name, yuan(line.amountFen)])),
  };
}

function pairs(named: [string, string][]): Pair[] {
  return named.map(([name, value], id) => ({ id, name, value }));
}
