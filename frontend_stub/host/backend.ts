// glass-easel drawn into the DOM, with events as the mini-program expects them.

import {
  CurrentWindowBackendContext,
  type Element,
  Event as DrawnEvent,
  type EventOptions,
} from "glass-easel";

/** What glass-easel writes on the nodes that it made. */
type Drawn = Node & { __wxElement?: Element };

/**
 * The DOM as a backend.
 *
 * A tap is a click: so mouse, finger and keyboard all tap, and a disabled button never does.
 * `input`, `change` and `confirm` carry the value, as WeChat's do. Two attributes do something when
 * they change: `value` of an input, and `scroll-into-view`.
 */
export class Backend extends CurrentWindowBackendContext {
  constructor() {
    super();
    this.onEvent((target, type, detail, options) => {
      if (type !== "tap") dispatch(target, type, withValue(type, detail, options), options);
    });
    document.body.addEventListener("click", (event) => {
      const target = drawnBy(event.target as Drawn | null);
      if (target) dispatch(target, "tap", {}, { originalEvent: event, bubbles: true, composed: true });
    });
    document.body.addEventListener("keydown", (event) => {
      const { target: input, key, isComposing } = event;
      if (key !== "Enter" || isComposing || !(input instanceof HTMLInputElement)) return;
      const target = drawnBy(input);
      if (target) dispatch(target, "confirm", { value: input.value }, { originalEvent: event });
    });
    new MutationObserver((changes) => {
      for (const { target, attributeName } of changes) obey(target as HTMLElement, attributeName);
    }).observe(document.body, { subtree: true, attributeFilter: ["value", "scroll-into-view"] });
  }
}

function obey(element: HTMLElement, attribute: string | null): void {
  const value = element.getAttribute(attribute ?? "") ?? "";
  // Ids carry the mark of the component that they are in.
  const named = `[id$="--${CSS.escape(value)}"]`;
  if (attribute === "scroll-into-view") element.querySelector(named)?.scrollIntoView();
  else if (element instanceof HTMLInputElement && element.value !== value) element.value = value;
}

function dispatch(target: Element, type: string, detail: unknown, options: EventOptions): void {
  const event = new DrawnEvent(type, detail, options);
  DrawnEvent.dispatchEvent(target, event);
  if (event.defaultPrevented()) (options.originalEvent as Event).preventDefault();
}

function withValue(type: string, detail: unknown, options: EventOptions): unknown {
  if (type !== "input" && type !== "change") return detail;
  const input = (options.originalEvent as Event).target as HTMLInputElement;
  return { value: input.value };
}

function drawnBy(node: Drawn | null): Element | undefined {
  for (let one: Drawn | null = node; one; one = one.parentNode) {
    if (one.__wxElement) return one.__wxElement;
  }
  return undefined;
}
