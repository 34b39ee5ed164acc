// The form in which a clerk enters whose bill it is and what it says, or takes a worked example.

import type { CredentialKind, ItemKind, VisitKind } from "../generated/till_operations";
import { yuan } from "../miniprogram/lib/format";
import {
  AMOUNTS,
  MOST_LINES,
  sumsOf,
  type AmountName,
  type Draft,
  type DraftLine,
  type Fault,
} from "./bill";
import { button, el, submit } from "./dom";
import { EMPTY, examplesAt, type Example } from "./examples";
import type { Person } from "./gateway";
import { AMOUNT_NAMES, CREDENTIALS, difference, ITEMS, lineTitle, T, VISITS } from "./words";

type Control = HTMLInputElement | HTMLSelectElement;

interface Slot {
  readonly control: Control | undefined;
  readonly note: HTMLElement;
}

interface Listener {
  /** What was computed of the bill before no longer holds. */
  readonly onChange: () => void;
  /** The clerk wants to know how the bill would be paid. */
  readonly onQuote: () => void;
}

/** A new number for a bill: the moment to the millisecond. */
function newBillNo(): string {
  return `T${new Date().toISOString().replace(/\D/g, "")}`;
}

export class BillForm {
  readonly node: HTMLFormElement;
  private readonly slots = new Map<string, Slot>();
  private readonly examples: readonly Example[];
  private readonly example: HTMLSelectElement;
  private readonly person: HTMLSelectElement;
  private readonly credentialKind = select(Object.entries(CREDENTIALS));
  private readonly credentialNumber = input("text");
  private readonly billNo = input("text");
  private readonly visit = select(Object.entries(VISITS));
  private readonly amounts: Record<AmountName, HTMLInputElement>;
  private readonly lines = el("div", { class: "lines" });
  private readonly addLine = button(T.addLine, "plain", () =>
    this.showLines([...this.readLines(), NEW_LINE]),
  );
  private readonly sums = el("div", { id: SUMS, class: "sums", role: "status" });

  constructor(
    private readonly people: readonly Person[],
    private readonly isPharmacy: boolean,
    private readonly listener: Listener,
  ) {
    const offered = people.map((one) => [one.idNumber, `${one.name}　${one.idNumber}`] as const);
    this.person = select([["", T.noPerson], ...offered]);
    this.examples = examplesAt(isPharmacy);
    this.example = select([["", T.noExample], ...this.examples.map(named)]);
    const amounts = AMOUNTS.map((name) => [name, input("decimal")]);
    this.amounts = Object.fromEntries(amounts) as Record<AmountName, HTMLInputElement>;
    this.node = el("form", { class: "sheet", novalidate: true, "aria-labelledby": "bill-title" });
    this.node.append(...this.parts());
    this.node.addEventListener("input", (event) => this.changed(event.target as Control));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      listener.onQuote();
    });
    this.clear();
  }

  /** Return what is typed now. */
  draft(): Draft {
    const amounts = AMOUNTS.map((name) => [name, this.amounts[name].value]);
    return {
      credentialKind: this.credentialKind.value as CredentialKind,
      credentialNumber: this.credentialNumber.value,
      institutionBillNo: this.billNo.value,
      visit: this.visit.value as VisitKind,
      amounts: Object.fromEntries(amounts) as Draft["amounts"],
      lines: this.readLines(),
    };
  }

  /** Begin the next bill. */
  clear(): void {
    this.example.value = "";
    this.person.value = "";
    this.credentialNumber.value = "";
    this.put(this.isPharmacy ? { ...EMPTY, visit: "PHARMACY" } : EMPTY);
  }

  /** Go to where a bill begins. */
  focus(): void {
    this.credentialNumber.focus();
  }

  /** Take the worked example of a key, if it is one of this till's. */
  takeOf(key: string): void {
    const example = this.examples.find((one) => one.key === key);
    if (example) this.take(example);
  }

  /** Take a worked example, with its person. */
  private take(example: Example): void {
    this.example.value = example.key;
    const person = this.people.find((one) => one.name === example.person);
    if (person) this.choose(person.idNumber);
    this.put(example.bill);
  }

  /** Show what is wrong beside the fields; go to the first of them. */
  show(faults: readonly Fault[]): void {
    this.forgetFaults();
    for (const { path, message } of faults) this.mark(path, message);
    const first = faults.map((one) => this.slots.get(one.path)?.control).find(Boolean);
    first?.focus();
  }

  private parts(): HTMLElement[] {
    const amounts = AMOUNTS.map((name) =>
      this.field(`bill.${name}`, AMOUNT_NAMES[name], this.amounts[name]),
    );
    const lineFault = el("p", { class: "fault", hidden: true });
    this.slots.set("bill.lines", { control: undefined, note: lineFault });
    return [
      el("h2", { id: "bill-title" }, T.bill),
      el(
        "div",
        { class: "fields wide" },
        this.field("example", T.example, this.example),
        this.field("person", T.person, this.person),
        this.field("credential.kind", T.credentialKind, this.credentialKind),
        this.field("credential.number", T.credentialNumber, this.credentialNumber),
        this.field("bill.institutionBillNo", T.billNo, this.billNo),
        this.field("bill.visit", T.visit, this.visit),
      ),
      el(
        "fieldset",
        {},
        el("legend", {}, T.amounts),
        el("div", { class: "fields" }, ...amounts),
        this.sums,
      ),
      el("fieldset", {}, el("legend", {}, T.lines), this.lines, lineFault, this.addLine),
      submit(T.quote),
    ];
  }

  private field(path: string, name: string, control: Control): HTMLElement {
    const note = el("p", { class: "fault", id: `${path}-fault`, hidden: true });
    control.id = path;
    this.slots.set(path, { control, note });
    return el("div", { class: "field" }, el("label", { for: path }, name), control, note);
  }

  private changed(control: Control): void {
    if (control === this.example) this.takeOf(this.example.value);
    if (control === this.person && this.person.value) this.choose(this.person.value);
    if (control === this.credentialNumber) this.person.value = "";
    this.unmark(control.id);
    this.showSums();
    this.listener.onChange();
  }

  private choose(idNumber: string): void {
    this.person.value = idNumber;
    this.credentialKind.value = "ID_CARD" satisfies CredentialKind;
    this.credentialNumber.value = idNumber;
  }

  private put(bill: Example["bill"]): void {
    this.billNo.value = newBillNo();
    this.visit.value = bill.visit;
    for (const name of AMOUNTS) this.amounts[name].value = bill.amounts[name];
    this.showLines(bill.lines);
    this.forgetFaults();
  }

  private showLines(lines: readonly DraftLine[]): void {
    for (const path of this.slots.keys()) {
      if (path.startsWith("bill.lines.")) this.slots.delete(path);
    }
    this.lines.replaceChildren(...lines.map((line, index) => this.line(line, index)));
    this.addLine.hidden = lines.length >= MOST_LINES;
    this.showSums();
    this.listener.onChange();
  }

  private line(line: DraftLine, index: number): HTMLElement {
    const path = `bill.lines.${index}`;
    const remove = button(T.removeLine, "quiet", () => {
      this.showLines(this.readLines().filter((_, at) => at !== index));
      this.addLine.focus();
    });
    return el(
      "div",
      { class: "line fields", role: "group", "aria-label": lineTitle(index) },
      this.field(`${path}.name`, T.lineName, input("text", line.name)),
      this.field(`${path}.code`, T.lineCode, input("text", line.code)),
      this.field(`${path}.kind`, T.lineKind, select(Object.entries(ITEMS), line.kind)),
      this.field(`${path}.amountFen`, T.lineAmount, input("decimal", line.amount)),
      remove,
    );
  }

  private readLines(): DraftLine[] {
    return [...this.lines.children].map((_, index) => {
      const typed = (field: string) =>
        this.slots.get(`bill.lines.${index}.${field}`)?.control?.value ?? "";
      return {
        code: typed("code"),
        name: typed("name"),
        kind: typed("kind") as ItemKind,
        amount: typed("amountFen"),
      };
    });
  }

  private showSums(): void {
    const told = sumsOf(this.draft()).flatMap(({ name, missing }) => {
      if (missing === undefined) return [];
      const fits = missing === 0;
      return el(
        "p",
        { class: fits ? "fits" : "differs" },
        fits ? `✓ ${name}${T.sumsFit}` : `✗ ${difference(name, yuan(missing))}`,
      );
    });
    this.sums.replaceChildren(...told);
  }

  private mark(path: string, message: string): void {
    const slot = this.slots.get(path);
    if (!slot) return;
    slot.note.hidden = message === "";
    slot.note.append(message);
    slot.control?.setAttribute("aria-invalid", "true");
    slot.control?.setAttribute("aria-describedby", message === "" ? SUMS : slot.note.id);
  }

  private unmark(path: string): void {
    const slot = this.slots.get(path);
    if (!slot) return;
    slot.note.hidden = true;
    slot.note.replaceChildren();
    slot.control?.removeAttribute("aria-invalid");
    slot.control?.removeAttribute("aria-describedby");
  }

  private forgetFaults(): void {
    for (const path of this.slots.keys()) this.unmark(path);
  }
}

/** Where it stands which sums close, and by how much the others do not. */
const SUMS = "sums";
const NEW_LINE: DraftLine = { code: "", name: "", kind: "DRUG", amount: "" };

function named(example: Example): readonly [string, string] {
  return [example.key, example.title];
}

function input(mode: "text" | "decimal", value = ""): HTMLInputElement {
  return el("input", { type: "text", inputmode: mode, autocomplete: "off", value });
}

function select(
  options: readonly (readonly [string, string])[],
  chosen?: string,
): HTMLSelectElement {
  return el(
    "select",
    {},
    ...options.map(([value, name]) => el("option", { value, selected: value === chosen }, name)),
  );
}
