// Doing something: one wish has one key until its outcome is known, however often it is sent.

import { Outcome, PayPremium, type Document } from "../../generated/operations";
import { ask, newKey, Trouble } from "./graphql";
import { words } from "./look";
import { ward } from "./session";

/**
 * What became of a wish.
 *
 * done: it is so, now or since before. problem: nothing was done, `text` says why. unknown: there
 * was no answer; the same wish again is the same request.
 */
export interface Ended<Result> {
  readonly kind: "done" | "problem" | "unknown";
  readonly text: string;
  readonly result?: Result;
}

interface Telling {
  readonly message: string;
  readonly remedy?: string | null;
  readonly reasons?: readonly { readonly message: string }[];
}

/** A wish whose outcome is not known: its key, and exactly what was sent under it, for whom. */
interface Wish {
  readonly key: string;
  readonly wanted: object;
}

const KEPT = "payments";
const open = new Map<string, Wish>(Object.entries(keptPayments()));

/**
 * Do something under its key.
 *
 * @param subject names the wish. Until its outcome is known the same wish sends the same key and
 *   the same request, whatever it looks like by now.
 */
export async function act<Answer, Input extends { requestId: string }>(
  document: Document<Answer, { input: Input }>,
  wanted: Omit<Input, "requestId">,
  subject: string = JSON.stringify(wanted),
): Promise<Ended<Answer[keyof Answer]>> {
  const name = nameOf(document, subject);
  const wish = open.get(name) ?? { key: newKey(), wanted: forWhom(document, wanted) };
  remember(name, wish);
  try {
    const input = { ...wish.wanted, requestId: wish.key } as Input;
    const answer = (await ask(document, { input })) as Answer;
    forget(name);
    return endedBy(answer);
  } catch (reason) {
    if (!(reason instanceof Trouble)) throw reason;
    if (reason.kind !== "FAULT") return { kind: "unknown", text: words().unknownText };
    forget(name);
    return { kind: "problem", text: words().errorText };
  }
}

/** Tell whether the outcome of a wish is not known. */
export function isOpen(document: { readonly name: string }, subject: string): boolean {
  return open.has(nameOf(document, subject));
}

/**
 * What is shown is how things stand now: whoever taps next means that, and not what was sent before.
 *
 * Payments stay open until their outcome is known.
 */
export function seenAnew(): void {
  for (const name of open.keys()) if (!isPayment(name)) open.delete(name);
}

/** The same wish for somebody else is another one. */
function nameOf(document: { readonly name: string }, subject: string): string {
  return [document.name, ward()?.id, subject].filter(Boolean).join(" ");
}

function forWhom(document: Pick<Document<unknown, unknown>, "ward">, wanted: object): object {
  return document.ward === "input" ? { ...wanted, onBehalfOf: ward()?.id ?? null } : wanted;
}

/** What the gateway knows of a payment that was sent and not answered. */
export type Known = "done" | "refused" | "open" | "never";

/**
 * Ask what became of a wish whose outcome is unknown; undefined where there is no such wish.
 *
 * @throws Trouble the gateway cannot be asked: it stays unknown.
 */
export async function settled(
  document: { readonly name: string },
  subject: string,
): Promise<Known | undefined> {
  const name = nameOf(document, subject);
  const wish = open.get(name);
  if (!wish) return undefined;
  const { outcome } = await ask(Outcome, { requestId: wish.key });
  if (outcome.__typename !== "RequestOutcome") return "open";
  const known = KNOWN[outcome.status];
  if (known === "done" || known === "refused") forget(name);
  return known;
}

const KNOWN = {
  DONE: "done",
  REFUSED: "refused",
  VOIDED: "refused",
  IN_PROGRESS: "open",
  UNKNOWN: "never",
} as const;

function endedBy<Answer>(answer: Answer): Ended<Answer[keyof Answer]> {
  const [result] = Object.values(answer as object) as [Answer[keyof Answer] & object];
  if ("replayed" in result) return { kind: "done", text: "", result };
  return { kind: "problem", text: told(result as unknown as Telling), result };
}

/** Say a problem in one text: every reason, and what to do. */
export function told(problem: Telling): string {
  const reasons = problem.reasons?.map((one) => one.message) ?? [];
  const why = reasons.length > 0 ? reasons : [problem.message];
  return [...why, problem.remedy ?? ""].filter(Boolean).join("");
}

function remember(name: string, wish: Wish): void {
  open.set(name, wish);
  keep();
}

function forget(name: string): void {
  open.delete(name);
  keep();
}

/** Payments outlive the program; other wishes may hold what somebody typed, and do not. */
function keep(): void {
  const payments = [...open].filter(([name]) => isPayment(name));
  wx.setStorageSync(KEPT, Object.fromEntries(payments));
}

function isPayment(name: string): boolean {
  return name.startsWith(`${PayPremium.name} `);
}

function keptPayments(): Record<string, Wish> {
  return (wx.getStorageSync(KEPT) as Record<string, Wish> | "") || {};
}
