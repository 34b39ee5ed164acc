// The phases of a page that shows what the gateway tells.

import { Trouble } from "./graphql";

export type Phase = "loading" | "ready" | "error" | "offline";

/** Return the phase of a page whose question had no answer; a bug goes on its way. */
export function phaseAfter(reason: unknown): Phase {
  if (!(reason instanceof Trouble)) throw reason;
  return reason.kind === "OFFLINE" ? "offline" : "error";
}
