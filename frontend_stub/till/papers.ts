// What the till shows of a bill: the quote, the receipt, what a reversal gives back, the day's list.

import type { QuoteSettlementQuery } from "../generated/till_operations";
import { moment, yuan } from "../miniprogram/lib/format";
import { button, el, pairs } from "./dom";
import type { Plan, Problem, Receipt } from "./requests";
import { T } from "./words";

export type Quote = Extract<QuoteSettlementQuery["quoteSettlement"], { __typename: "TillQuote" }>;

/** Who settles: printed on every receipt. */
export interface Place {
  readonly name: string;
  readonly code: string;
  readonly clerk: string;
}

/** Show who would pay what. */
export function planOf(plan: Plan): HTMLElement {
  return pairs([
    [T.eligible, yuan(plan.eligibleFen)],
    [T.own, yuan(plan.ownFen)],
    [T.shared, yuan(plan.sharedFen)],
    [T.cash, yuan(plan.cashFen)],
  ]);
}

/** Show a quote: the split, and what would be left. */
export function quoteOf(quote: Quote): HTMLElement[] {
  return [
    pairs([[T.personalShare, yuan(quote.personalShareFen)]]),
    planOf(quote.plan),
    pairs([[T.ownAfter, leftOf(quote.ownBalanceAfterFen)]]),
  ];
}

/** Show a receipt as it is printed. */
export function receiptOf(receipt: Receipt, place: Place): HTMLElement {
  const { reversal } = receipt;
  return el(
    "article",
    { class: "receipt", "aria-label": T.settled },
    el("p", { class: "receipt-place" }, place.name),
    reversal && el("p", { class: "stamp" }, `${T.reversed}　${moment(reversal.reversedAt)}`),
    pairs([
      [T.institution, place.code],
      [T.clerk, place.clerk],
      [T.billNo, receipt.institutionBillNo],
      [T.settlementId, receipt.id],
      [T.settledAt, moment(receipt.settledAt)],
      [T.businessDay, receipt.businessDay],
    ]),
    pairs([
      [T.total, yuan(receipt.totalFen)],
      [T.fund, yuan(receipt.fundPaidFen)],
      [T.personalShare, yuan(receipt.personalShareFen)],
      [T.eligible, yuan(receipt.eligibleFen)],
    ]),
    pairs([
      [T.own, yuan(receipt.ownFen)],
      [T.shared, yuan(receipt.sharedFen)],
      [T.cash, yuan(receipt.cashFen)],
      [T.ownAfter, leftOf(receipt.ownBalanceAfterFen)],
    ]),
    receipt.cashReasonMessage && el("p", {}, receipt.cashReasonMessage),
    el("p", { class: "small" }, T.training),
  );
}

/** Show what a reversal gives back. */
export function backOf(plan: Plan): HTMLElement {
  return pairs([
    [T.backOwn, yuan(plan.ownFen)],
    [T.backShared, yuan(plan.sharedFen)],
    [T.backCash, yuan(plan.cashFen)],
  ]);
}

/** Show why something was not done: each reason with its code and clause, and what to do. */
export function problemOf(problem: Problem): HTMLElement {
  const reasons = "reasons" in problem ? problem.reasons : [];
  const told = reasons.map((one) => ({ text: one.message, mark: `${one.code} · ${one.clause}` }));
  const all = told.length > 0 ? told : [{ text: problem.message, mark: problem.code }];
  return el(
    "div",
    {},
    el(
      "ul",
      { class: "reasons" },
      ...all.map(({ text, mark }) =>
        el("li", {}, `${text} `, el("code", {}, mark)),
      ),
    ),
    problem.remedy && el("p", {}, problem.remedy),
  );
}

/** Show one row of the day for each receipt. */
export function dayOf(
  receipts: readonly Receipt[],
  onShow: (receipt: Receipt) => void,
): HTMLElement {
  const heads = [T.time, T.billNo, T.personalShare, T.own, T.shared, T.cash, T.state, ""];
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el(head ? "th" : "td", {}, head)))),
    el("tbody", {}, ...receipts.map((receipt) => rowOf(receipt, onShow))),
  );
}

function rowOf(receipt: Receipt, onShow: (receipt: Receipt) => void): HTMLElement {
  const show = button(T.show, "quiet", () => onShow(receipt));
  show.setAttribute("aria-label", `${T.show} ${receipt.institutionBillNo}`);
  const cells = [
    [T.time, moment(receipt.settledAt).slice(11)],
    [T.billNo, receipt.institutionBillNo],
    [T.personalShare, yuan(receipt.personalShareFen)],
    [T.own, yuan(receipt.ownFen)],
    [T.shared, yuan(receipt.sharedFen)],
    [T.cash, yuan(receipt.cashFen)],
    [T.state, receipt.reversal ? T.stateReversed : T.stateSettled],
  ] as const;
  return el(
    "tr",
    {},
    ...cells.map(([head, value]) => el("td", { "data-head": head }, value)),
    el("td", {}, show),
  );
}

function leftOf(balanceFen: number | null): string {
  return balanceFen === null ? T.noOwn : yuan(balanceFen);
}
