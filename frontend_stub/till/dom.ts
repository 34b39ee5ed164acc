// Elements in one line each, and buttons that do one thing however often they are pressed.

type Child = Node | string | false | null | undefined;
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Make an element; an attribute that is false or undefined is left out. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(attribute, String(value));
  }
  made.append(...children.filter((one): one is Node | string => Boolean(one)));
  return made;
}

/**
 * Make a button.
 *
 * The later clicks of a double click are dropped: another button may have come into its place.
 */
export function button(text: string, kind: string, onPress: () => void): HTMLButtonElement {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", (event) => {
    if (event.detail < 2) onPress();
  });
  return made;
}

/** Make the button that submits a form, with the same care. */
export function submit(text: string): HTMLButtonElement {
  const made = el("button", { type: "submit", class: "primary" }, text);
  made.addEventListener("click", (event) => {
    if (event.detail > 1) event.preventDefault();
  });
  return made;
}

/** Make a list of names and values. */
export function pairs(all: readonly (readonly [string, string])[]): HTMLDListElement {
  return el(
    "dl",
    { class: "pairs" },
    ...all.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}
