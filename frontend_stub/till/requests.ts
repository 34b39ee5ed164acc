// Requests that move money: one key each, kept until the outcome is known, across reloads too.
// What each answer means is the README's table "For the developer of a till".

import {
  Outcome,
  ReverseSettlement,
  SettleBill,
  VoidRequest,
  type OutcomeFieldsFragment,
  type PlanFieldsFragment,
  type ProblemFieldsFragment,
  type ReverseSettlementInput,
  type ReverseSettlementMutation,
  type SettleBillInput,
  type SettleBillMutation,
  type TillReceiptFieldsFragment,
} from "../generated/till_operations";
import type { Priced } from "./bill";
import { Trouble, type Gateway } from "./gateway";

const ASKED_AGAIN_MS = 1000;
const MOST_ASKED = 10;
/** Codes with which a void tells that what it should undo stands. */
const STANDING = ["REVERSAL_TOO_LATE", "VOID_NOT_POSSIBLE"];

export type Receipt = TillReceiptFieldsFragment;
export type Plan = PlanFieldsFragment;
export type Problem = ProblemFieldsFragment;

/** What is wanted under one key, exactly as it is sent. */
export type Wish = (
  | { readonly act: "settle"; readonly input: SettleBillInput }
  | { readonly act: "reverse"; readonly input: ReverseSettlementInput }
) & {
  /** The key of its void, once it was given up: from then on only the void is sent. */
  readonly voidId?: string;
};

/**
 * Why an outcome is not known: no answer came; it is being done; it did not arrive yet; its void
 * has no answer; or this sending was not accepted, and an earlier one may have been.
 */
export type Why = "silent" | "running" | "unseen" | "voiding" | "fault";

/** How a request ended, or that it is open. */
export type Ended =
  | { readonly kind: "receipt"; readonly receipt: Receipt }
  | { readonly kind: "reversed"; readonly settlementId: string }
  | { readonly kind: "settledBefore"; readonly settlementId: string }
  | { readonly kind: "changed"; readonly priced: Priced; readonly fresh: Plan }
  | { readonly kind: "voided" }
  | { readonly kind: "stands"; readonly problem: Problem }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "fault"; readonly code: string }
  | { readonly kind: "open"; readonly wish: Wish; readonly why: Why };

/** The requests of one institution's till. */
export class Requests {
  private readonly place: string;

  constructor(
    private readonly gateway: Gateway,
    institutionCode: string,
  ) {
    this.place = `till/${institutionCode}/`;
  }

  /** Return a request whose outcome is not known; nothing else may be paid before it is. */
  open(): Wish | undefined {
    const kept = Object.keys(localStorage).find((name) => name.startsWith(this.place));
    return kept ? (JSON.parse(localStorage.getItem(kept) ?? "") as Wish) : undefined;
  }

  /**
   * Send a request, for the first time or again.
   *
   * It is kept before it is sent: whatever happens then, the next sending has the same key.
   */
  async send(wish: Wish): Promise<Ended> {
    const isAgain = localStorage.getItem(this.place + wish.input.requestId) !== null;
    this.keep(wish);
    try {
      return this.known(wish, await this.answer(wish));
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      if (reason.kind === "SILENT") return this.ask(wish);
      if (isAgain) return { kind: "open", wish, why: "fault" };
      return this.known(wish, { kind: "fault", code: reason.code });
    }
  }

  /** Ask what became of a request; of one that is being done, again and again. */
  async ask(wish: Wish): Promise<Ended> {
    for (let asked = 1; ; asked += 1) {
      const ended = await this.askOnce(wish);
      const isRunning = ended.kind === "open" && ended.why === "running";
      if (!isRunning || asked === MOST_ASKED) return ended;
      await new Promise((resolve) => setTimeout(resolve, ASKED_AGAIN_MS));
    }
  }

  /** Give a request up (冲正): undo it if it was done, bar it for ever if not. */
  async giveUp(wish: Wish): Promise<Ended> {
    const given = { ...wish, voidId: wish.voidId ?? crypto.randomUUID() };
    this.keep(given);
    const input = { requestId: given.voidId, voids: wish.input.requestId };
    try {
      const { voidRequest } = await this.gateway.ask(VoidRequest, { input });
      if (voidRequest.__typename === "VoidRequestPayload") return this.known(given, { kind: "voided" });
      if (voidRequest.__typename === "Refusal" && stands(voidRequest.reasons)) {
        return this.known(given, { kind: "stands", problem: voidRequest });
      }
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      return { kind: "open", wish: given, why: "voiding" };
    }
    // The void's own key is barred or taken: the next void needs another.
    const anew = { ...wish, voidId: crypto.randomUUID() };
    this.keep(anew);
    return { kind: "open", wish: anew, why: "voiding" };
  }

  private async answer(wish: Wish): Promise<Ended> {
    if (wish.act === "settle") {
      const { settleBill } = await this.gateway.ask(SettleBill, { input: wish.input });
      return settledBy(settleBill, wish.input);
    }
    const answer = await this.gateway.ask(ReverseSettlement, { input: wish.input });
    return reversedBy(answer.reverseSettlement);
  }

  private async askOnce(wish: Wish): Promise<Ended> {
    try {
      const { outcome } = await this.gateway.ask(Outcome, { requestId: wish.input.requestId });
      if (outcome.__typename !== "RequestOutcome") return { kind: "open", wish, why: "silent" };
      return this.known(wish, endedBy(outcome, wish));
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      return { kind: "open", wish, why: "silent" };
    }
  }

  private keep(wish: Wish): void {
    localStorage.setItem(this.place + wish.input.requestId, JSON.stringify(wish));
  }

  private known(wish: Wish, ended: Ended): Ended {
    if (ended.kind !== "open") localStorage.removeItem(this.place + wish.input.requestId);
    return ended;
  }
}

function settledBy(answer: SettleBillMutation["settleBill"], priced: Priced): Ended {
  switch (answer.__typename) {
    case "SettleBillPayload":
      return { kind: "receipt", receipt: answer.receipt };
    case "AlreadySettled":
      return { kind: "settledBefore", settlementId: answer.settlementId };
    case "PlanChanged":
      return { kind: "changed", priced, fresh: answer.fresh };
    default:
      return { kind: "problem", problem: answer };
  }
}

function reversedBy(answer: ReverseSettlementMutation["reverseSettlement"]): Ended {
  if (answer.__typename !== "ReverseSettlementPayload") return { kind: "problem", problem: answer };
  return { kind: "reversed", settlementId: answer.reversal.settlementId };
}

function endedBy(outcome: OutcomeFieldsFragment, wish: Wish): Ended {
  switch (outcome.status) {
    case "DONE":
      return doneBy(outcome);
    case "REFUSED":
      if (!outcome.problem) throw new Error("a refused request has no problem");
      return { kind: "problem", problem: outcome.problem };
    case "VOIDED":
      return { kind: "voided" };
    case "IN_PROGRESS":
      return { kind: "open", wish, why: "running" };
    case "UNKNOWN":
      return { kind: "open", wish, why: "unseen" };
  }
}

function doneBy({ answer }: OutcomeFieldsFragment): Ended {
  if (answer?.__typename === "TillReceipt") return { kind: "receipt", receipt: answer };
  if (answer?.__typename === "Reversal") {
    return { kind: "reversed", settlementId: answer.settlementId };
  }
  throw new Error("a till settles and reverses, and nothing else");
}

function stands(reasons: readonly { readonly code: string }[]): boolean {
  return reasons.some((reason) => STANDING.includes(reason.code));
}
