// A bill as the clerk types it, and what is wrong with it before anything is sent. The gateway
// checks the same and more; here a clerk is told at once and beside the field.

import type {
  BillInput,
  CredentialInput,
  CredentialKind,
  ItemKind,
  LineInput,
  VisitKind,
} from "../generated/till_operations";
import { fenOf } from "../miniprogram/lib/format";
import { T } from "./words";

export const AMOUNTS = [
  "totalFen",
  "selfPaidFen",
  "overLimitFen",
  "firstPayFen",
  "inScopeFen",
  "fundPaidFen",
  "hospitalPaidFen",
  "personalShareFen",
] as const;

export type AmountName = (typeof AMOUNTS)[number];

export const MOST_LINES = 300;

/** One line as it is typed; the amount in yuan. */
export interface DraftLine {
  readonly code: string;
  readonly name: string;
  readonly kind: ItemKind;
  readonly amount: string;
}

/** A bill as it is typed; amounts in yuan. */
export interface Draft {
  readonly credentialKind: CredentialKind;
  readonly credentialNumber: string;
  readonly institutionBillNo: string;
  readonly visit: VisitKind;
  readonly amounts: Readonly<Record<AmountName, string>>;
  readonly lines: readonly DraftLine[];
}

/**
 * Something wrong with the field at a path such as `bill.lines.0.amountFen`; without a message where
 * the sums below the amounts tell it.
 */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Whose bill, and the bill. */
export interface Priced {
  readonly credential: CredentialInput;
  readonly bill: BillInput;
}

/** A sum that must close: by how many fen it does not, or undefined where an amount is missing. */
export interface Sum {
  readonly name: string;
  readonly path: string;
  readonly missing: number | undefined;
}

/** Read what was typed: the priced bill, or everything that is wrong with it. */
export function read(draft: Draft): Priced | { readonly faults: readonly Fault[] } {
  const amounts = amountsOf(draft);
  const faults = [...fieldFaults(draft), ...amountFaults(draft, amounts), ...sumFaults(draft)];
  if (faults.length > 0) return { faults };
  return {
    credential: { kind: draft.credentialKind, number: draft.credentialNumber.trim().toUpperCase() },
    bill: {
      institutionBillNo: draft.institutionBillNo.trim(),
      visit: draft.visit,
      ...(amounts as Record<AmountName, number>),
      lines: draft.lines.map(lineOf),
    },
  };
}

/** Return the sums that must close, as far as the amounts are typed. */
export function sumsOf(draft: Draft): Sum[] {
  const of = amountsOf(draft);
  const missing = (...parts: (number | undefined)[]) => {
    const all = [of.totalFen, ...parts];
    if (all.some((one) => one === undefined)) return undefined;
    return parts.reduce<number>((left, part) => left - (part ?? 0), of.totalFen ?? 0);
  };
  const sums = [
    {
      name: T.partsSum,
      path: "bill.inScopeFen",
      missing: missing(of.selfPaidFen, of.overLimitFen, of.firstPayFen, of.inScopeFen),
    },
    {
      name: T.payersSum,
      path: "bill.personalShareFen",
      missing: missing(of.fundPaidFen, of.hospitalPaidFen, of.personalShareFen),
    },
  ];
  if (draft.lines.length === 0) return sums;
  const amounts = draft.lines.map((line) => fenOf(line.amount));
  return [...sums, { name: T.linesSum, path: "bill.lines", missing: missing(...amounts) }];
}

function amountsOf(draft: Draft): Record<AmountName, number | undefined> {
  const read = AMOUNTS.map((name) => [name, amountOf(name, draft.amounts[name])]);
  return Object.fromEntries(read) as Record<AmountName, number | undefined>;
}

/** A bill of which the hospital bears nothing may leave that field empty. */
function amountOf(name: AmountName, typed: string): number | undefined {
  return name === "hospitalPaidFen" && typed.trim() === "" ? 0 : fenOf(typed);
}

function* fieldFaults(draft: Draft): Generator<Fault> {
  if (draft.credentialNumber.trim() === "") {
    yield { path: "credential.number", message: T.credentialMissing };
  }
  if (draft.institutionBillNo.trim() === "") {
    yield { path: "bill.institutionBillNo", message: T.billNoMissing };
  }
}

function* amountFaults(
  draft: Draft,
  amounts: Record<AmountName, number | undefined>,
): Generator<Fault> {
  for (const name of AMOUNTS) {
    if (amounts[name] === undefined) yield { path: `bill.${name}`, message: T.amountForm };
  }
  for (const [index, line] of draft.lines.entries()) {
    const path = `bill.lines.${index}`;
    if (line.code.trim() === "") yield { path: `${path}.code`, message: T.lineCodeMissing };
    if (line.name.trim() === "") yield { path: `${path}.name`, message: T.lineNameMissing };
    if (fenOf(line.amount) === undefined) {
      yield { path: `${path}.amountFen`, message: T.amountForm };
    }
  }
}

function* sumFaults(draft: Draft): Generator<Fault> {
  for (const { path, missing } of sumsOf(draft)) {
    if (missing) yield { path, message: "" };
  }
}

function lineOf(line: DraftLine): LineInput {
  return {
    code: line.code.trim(),
    name: line.name.trim(),
    kind: line.kind,
    amountFen: fenOf(line.amount) ?? 0,
  };
}
