// What is said of the order in which sharers pay, on the first page and on the card of the chat.

import type { FamilyAccountQuery } from "../../generated/operations";
import { words } from "./look";

type Family = Extract<FamilyAccountQuery["familyAccount"], { __typename: "FamilyAccount" }>;

/**
 * Say by which order the sharers pay.
 *
 * @param told what is said of an order that the beneficiary decided, or that one sharer needs none.
 */
export function orderNote(
  source: Family["orderSource"],
  sharers: readonly { readonly rank: number | null }[],
  told: string,
): string {
  const t = words();
  if (source === "NONE_YET") return t.sharersUnordered;
  if (source === "BENEFICIARY" || sharers.length < 2) return told;
  // Ranks that are not shown go by what must not be told, the balances.
  return sharers.some((one) => one.rank === null) ? t.sharersBureau : t.sharersByTime;
}
