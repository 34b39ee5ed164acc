// Starts the till page: at the institution that the address names, or at the choice of one.

import { Me } from "../generated/till_operations";
import { Counter } from "./counter";
import { button, el } from "./dom";
import { castOf, Gateway, tokenOf, Trouble, type Cast } from "./gateway";
import { note } from "./panel";
import type { Place } from "./papers";
import { T } from "./words";

const asked = new URLSearchParams(location.search);

async function start(): Promise<void> {
  show(note(T.loading));
  try {
    const cast = await castOf();
    const code = asked.get("institution");
    if (!cast) show(el("h2", {}, T.notHere), note(T.notHereText));
    else if (code) await open(cast, code);
    else if (cast.institutions.length === 0) show(el("h2", {}, T.noCast), note(T.noCastText));
    else show(choiceOf(cast));
  } catch (reason) {
    if (!(reason instanceof Trouble)) throw reason;
    if (reason.kind === "FAULT") return show(el("h2", {}, T.noPlace), note(T.noPlaceText), change());
    const again = button(T.reload, "plain", () => void start());
    show(el("h2", {}, T.noAnswer), note(T.noAnswerText), el("code", {}, reason.code), again);
  }
}

/** Open the till of an institution. */
async function open(cast: Cast, code: string): Promise<void> {
  const gateway = new Gateway(await tokenOf({ institutionCode: code }));
  const { me } = await gateway.ask(Me, {});
  if (me?.__typename !== "MeTill") throw new Error("the token is no till's");
  const place = { name: me.institution.name, code: me.institution.code, clerk: me.operator ?? "" };
  const counter = new Counter(gateway, place, cast.people, asked.get("example") ?? "");
  document.title = `${T.title} · ${place.name}`;
  document.body.replaceChildren(head(...placeOf(place)), counter.node);
  counter.start();
}

function choiceOf(cast: Cast): HTMLElement {
  const links = cast.institutions.map(({ name, code }) =>
    el("li", {}, el("a", { href: `?institution=${code}` }, ...named(name, code))),
  );
  return el(
    "nav",
    { "aria-labelledby": "choice" },
    el("h2", { id: "choice" }, T.choose),
    el("ul", { class: "choice" }, ...links),
  );
}

function show(...told: HTMLElement[]): void {
  const main = el("main", { class: "counter" }, el("section", { class: "sheet" }, ...told));
  document.body.replaceChildren(head(), main);
}

function head(...aside: HTMLElement[]): HTMLElement {
  return el("header", {}, el("h1", {}, T.title), ...aside, el("p", { class: "small" }, T.training));
}

function placeOf(place: Place): HTMLElement[] {
  return [
    el("p", { class: "place" }, ...named(place.name, place.code)),
    change(),
  ];
}

function change(): HTMLElement {
  return el("a", { href: "./" }, T.change);
}

function named(name: string, code: string): (Node | string)[] {
  return [name, " ", el("span", { class: "small" }, code)];
}

void start();
