// What a reversal gives back, as its card and the receipt's page say it.

import { yuan } from "./format";
import { fill, words } from "./look";

/** What was paid of a bill, in fen. */
interface Paid {
  readonly ownFen: number;
  readonly sharedFen: number;
  readonly cashFen: number;
}

/** Say what goes back to the accounts, and what is to be fetched at the counter. */
export function returned({ ownFen, sharedFen, cashFen }: Paid): string[] {
  const t = words();
  const drawnFen = ownFen + sharedFen;
  return [
    ...(drawnFen > 0 ? [fill(t.returnedToAccounts, { amount: yuan(drawnFen) })] : []),
    ...(cashFen > 0 ? [fill(t.returnedCash, { amount: yuan(cashFen) })] : []),
  ];
}
