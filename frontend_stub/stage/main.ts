// The stage: two phones of the demo family and a till, where the gateway has a demo family. It
// logs the phones in, each with a session of its own; elsewhere, and in a seeded town, the page
// stays as it is.

import { placeOf } from "../host/storage";
import { el } from "../till/dom";
import { castOf, tokenOf, Trouble, type Cast } from "../till/gateway";
import { phoneTitle, T } from "./words";

const PHONES = [
  { phone: "1", name: "王小兰", role: "共济人" },
  { phone: "2", name: "次仁", role: "被共济人" },
] as const;
const TILL = "till/?institution=H54252300001&example=E2";
/** The name under which the mini-program keeps who is logged in. */
const SESSION = "session";

async function start(): Promise<void> {
  const cast = await castOf();
  if (!cast || cast.people.length === 0) return;
  await Promise.all(PHONES.map(({ phone, name }) => logIn(cast, phone, name)));
  const phones = PHONES.map(({ phone, name, role }) =>
    frameOf(phoneTitle(role, name), `m/?phone=${phone}`, "phone"),
  );
  const frames = el("div", { class: "frames" }, ...phones, frameOf(T.till, TILL, "till"));
  document.querySelector("main")?.prepend(tries(), frames);
}

/** Log a phone in, unless somebody is; who is not in this database is left to the phone's log-in. */
async function logIn(cast: Cast, phone: string, name: string): Promise<void> {
  const place = placeOf(phone, SESSION);
  const person = cast.people.find((one) => one.name === name);
  if (!person || sessionStorage.getItem(place) !== null) return;
  try {
    const token = await tokenOf({ idNumber: person.idNumber });
    sessionStorage.setItem(place, JSON.stringify({ token, name }));
  } catch (reason) {
    if (!(reason instanceof Trouble && reason.kind === "FAULT")) throw reason;
  }
}

function tries(): HTMLElement {
  const steps = T.steps.map((step) => el("li", {}, step));
  return el("section", {}, el("h2", {}, T.tries), el("ol", {}, ...steps));
}

function frameOf(title: string, src: string, kind: string): HTMLElement {
  const alone = el(
    "a",
    // An opened page begins with a copy of this one's session only where it knows its opener.
    { href: src, target: "_blank", rel: "opener", "aria-label": `${T.alone} ${title}` },
    T.alone,
  );
  return el(
    "section",
    { class: kind },
    el("h2", {}, title, " ", alone),
    el("iframe", { src, title }),
  );
}

void start();
