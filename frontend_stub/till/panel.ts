// The place where the till answers: a title that takes the focus, what is told, and buttons.

import { el } from "./dom";
import { Trouble } from "./gateway";
import { T } from "./words";

/** Something that is told; false: nothing. */
export type Told = HTMLElement | false;

export class Panel {
  readonly node: HTMLElement;
  private readonly title = el("h2", { id: "result-title", tabindex: "-1" });
  private readonly body = el("div");
  private isBusy = false;

  constructor() {
    this.node = el("section", { class: "sheet", "aria-labelledby": "result-title" });
    this.node.append(this.title, this.body);
    this.rest();
  }

  /** Tell what comes first. */
  rest(): void {
    this.title.textContent = T.result;
    this.body.replaceChildren(note(T.resultHint));
  }

  /** Tell something new; whoever reads by ear or by keyboard is led to it. */
  show(title: string, ...told: Told[]): void {
    this.title.textContent = title;
    this.body.replaceChildren(...told.filter((one) => one !== false));
    this.title.focus({ preventScroll: true });
    window.scrollTo({ top: this.node.offsetTop });
  }

  /** Do one thing at a time: whatever is pressed meanwhile does nothing. */
  async once(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    document.body.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      const [title, text] =
        reason.kind === "FAULT" ? [T.fault, T.faultText] : [T.noAnswer, T.noAnswerText];
      this.show(title, warning(text), el("code", {}, reason.code));
    } finally {
      this.isBusy = false;
      document.body.removeAttribute("aria-busy");
    }
  }
}

/** Make a sentence. */
export function note(text: string): HTMLElement {
  return el("p", {}, text);
}

/** Make a sentence that must not be overlooked. */
export function warning(text: string): HTMLElement {
  return el("p", { class: "warning" }, text);
}

/** Put buttons side by side. */
export function buttons(...all: (HTMLElement | false)[]): HTMLElement {
  return el("div", { class: "buttons" }, ...all);
}
