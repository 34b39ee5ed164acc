// The counter: a bill is quoted, settled, reversed; what is open comes before anything new.

import { QuoteReversal, QuoteSettlement, TillReceipt } from "../generated/till_operations";
import { read, type Priced } from "./bill";
import { BillForm } from "./bill_form";
import { Day } from "./day";
import { button, el } from "./dom";
import type { Gateway, Person } from "./gateway";
import { buttons, note, Panel, warning, type Told } from "./panel";
import { backOf, planOf, problemOf, quoteOf, receiptOf, type Place } from "./papers";
import {
  Requests,
  type Ended,
  type Plan,
  type Problem,
  type Receipt,
  type Why,
  type Wish,
} from "./requests";
import { openTitle, T, WHY } from "./words";

const MOST_REASON_CHARACTERS = 200;

export class Counter {
  readonly node: HTMLElement;
  private readonly panel = new Panel();
  private readonly requests: Requests;
  private readonly form: BillForm;
  private readonly day: Day;
  /** The key of the next request; another one once a request has its answer. */
  private nextKey = crypto.randomUUID();
  private isQuoteShown = false;

  constructor(
    private readonly gateway: Gateway,
    private readonly place: Place,
    people: readonly Person[],
    example: string,
  ) {
    this.requests = new Requests(gateway, place.code);
    this.form = new BillForm(people, place.code.startsWith("P"), {
      onChange: () => this.forgetQuote(),
      onQuote: () => this.unlessOpen(() => this.quote()),
    });
    this.day = new Day(gateway, (receipt) => this.showReceipt(receipt));
    this.node = el("main", { class: "counter" }, this.form.node, this.panel.node, this.day.node);
    this.form.takeOf(example);
  }

  /** Begin: what is open from before is asked for first. */
  start(): void {
    void this.day.load();
    const wish = this.requests.open();
    if (wish?.voidId) this.showOpen(wish, "voiding");
    else if (wish) this.do(async () => this.end(await this.requests.ask(wish)));
  }

  /** Do something new, but what is open first. */
  private unlessOpen(work: () => Promise<void>): void {
    this.do(async () => {
      const wish = this.requests.open();
      if (!wish) return work();
      this.showOpen(wish, wish.voidId ? "voiding" : "silent");
    });
  }

  private do(work: () => Promise<void>): void {
    void this.panel.once(work);
  }

  private show(title: string, ...told: Told[]): void {
    this.isQuoteShown = false;
    this.panel.show(title, ...told);
  }

  private async quote(): Promise<void> {
    const priced = read(this.form.draft());
    if ("faults" in priced) return this.form.show(priced.faults);
    this.form.show([]);
    const { quoteSettlement } = await this.gateway.ask(QuoteSettlement, { input: priced });
    if (quoteSettlement.__typename !== "TillQuote") return this.showProblem(quoteSettlement);
    this.showQuote(priced, quoteSettlement.plan, quoteOf(quoteSettlement));
  }

  private showQuote(priced: Priced, plan: Plan, told: HTMLElement[]): void {
    const settle = button(T.settle, "primary", () =>
      this.unlessOpen(() => this.settle(priced, plan)),
    );
    this.show(T.quoted, ...told, buttons(settle));
    this.isQuoteShown = true;
  }

  /** A quote is of the bill that stands in the form. */
  private forgetQuote(): void {
    if (!this.isQuoteShown) return;
    this.isQuoteShown = false;
    this.panel.rest();
  }

  private async settle({ credential, bill }: Priced, { plan }: Plan): Promise<void> {
    const input = { requestId: this.nextKey, credential, bill, ifPlan: plan };
    await this.end(await this.requests.send({ act: "settle", input }));
  }

  private async reverse(receipt: Receipt, plan: Plan, reason: string): Promise<void> {
    const input = {
      requestId: this.nextKey,
      settlementId: receipt.id,
      reason: reason.trim() || null,
      ifPlan: plan.plan,
    };
    await this.end(await this.requests.send({ act: "reverse", input }));
  }

  /** Tell how a request ended; only an answer uses its key up. */
  private async end(ended: Ended): Promise<void> {
    if (ended.kind === "open") return this.showOpen(ended.wish, ended.why);
    if (ended.kind === "fault") {
      return this.show(T.fault, warning(T.faultText), el("code", {}, ended.code));
    }
    this.nextKey = crypto.randomUUID();
    await this.tell(ended);
    void this.day.load();
  }

  private async tell(ended: Exclude<Ended, { kind: "open" | "fault" }>): Promise<void> {
    switch (ended.kind) {
      case "receipt":
        return this.showReceipt(ended.receipt);
      case "reversed":
        return this.showReceipt(await this.receipt(ended.settlementId), T.reversedText);
      case "settledBefore":
        return this.showReceipt(await this.receipt(ended.settlementId), T.settledBefore);
      case "voided":
        return this.show(T.voided, note(T.voidedText), buttons(this.nextButton()));
      case "stands":
        return this.show(T.stands, warning(T.standsText), problemOf(ended.problem));
      case "changed":
        return this.showQuote(ended.priced, ended.fresh, [warning(T.changed), planOf(ended.fresh)]);
      case "problem":
        return this.showProblem(ended.problem);
    }
  }

  private async receipt(id: string): Promise<Receipt> {
    const { tillReceipt } = await this.gateway.ask(TillReceipt, { id });
    if (!tillReceipt) throw new Error("the gateway named a receipt that is not there");
    return tillReceipt;
  }

  private showReceipt(receipt: Receipt, said: string = receipt.reversal ? T.notPaid : ""): void {
    const print = button(T.print, "plain", () => window.print());
    const reverse = button(T.reverse, "danger", () =>
      this.unlessOpen(() => this.quoteReversal(receipt)),
    );
    this.show(
      T.settled,
      said !== "" && warning(said),
      receiptOf(receipt, this.place),
      buttons(this.nextButton(), print, !receipt.reversal && reverse),
    );
  }

  private async quoteReversal(receipt: Receipt): Promise<void> {
    const { quoteReversal } = await this.gateway.ask(QuoteReversal, { settlementId: receipt.id });
    switch (quoteReversal.__typename) {
      case "ReversalQuoteAsTill":
        return this.showReversal(receipt, quoteReversal.plan);
      case "ReversalQuoteAsStaff":
        throw new Error("a till is no staff");
      default:
        return this.showProblem(quoteReversal);
    }
  }

  private showReversal(receipt: Receipt, plan: Plan): void {
    const reason = el("input", { id: "reason", type: "text", autocomplete: "off" });
    reason.maxLength = MOST_REASON_CHARACTERS;
    const cancel = button(T.cancel, "plain", () => this.showReceipt(receipt));
    const confirm = button(T.confirmReversal, "danger", () =>
      this.unlessOpen(() => this.reverse(receipt, plan, reason.value)),
    );
    this.show(
      T.reversal,
      note(T.reversalText),
      backOf(plan),
      el("div", { class: "field" }, el("label", { for: reason.id }, T.reason), reason),
      buttons(cancel, confirm),
    );
  }

  /** Each refusal stands in the panel, and beside the field that it is about. */
  private showProblem(problem: Problem): void {
    const reasons = "reasons" in problem ? problem.reasons : [];
    this.show(T.problem, problemOf(problem));
    this.form.show(reasons.map((one) => ({ path: one.path.join("."), message: one.message })));
  }

  private showOpen(wish: Wish, why: Why): void {
    const offer = (text: string, kind: string, work: () => Promise<Ended>) =>
      button(text, kind, () => this.do(async () => this.end(await work())));
    const giveUp = () => this.requests.giveUp(wish);
    const offered = wish.voidId
      ? [offer(T.giveUpAgain, "primary", giveUp)]
      : [
          offer(T.askOutcome, "primary", () => this.requests.ask(wish)),
          offer(T.again, "plain", () => this.requests.send(wish)),
          wish.act === "settle" && offer(T.giveUp, "danger", giveUp),
        ];
    this.show(
      T.open,
      warning(WHY[why]),
      note(openTitle(wish)),
      note(T.openText),
      buttons(...offered),
    );
  }

  private nextButton(): HTMLButtonElement {
    return button(T.newBill, "primary", () => {
      this.form.clear();
      this.form.focus();
      this.panel.rest();
    });
  }
}
