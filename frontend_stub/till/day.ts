// The receipts of today, the newest first.

import { TillReceipts } from "../generated/till_operations";
import { moment } from "../miniprogram/lib/format";
import { button, el } from "./dom";
import { Trouble, type Gateway } from "./gateway";
import { dayOf } from "./papers";
import { note, warning } from "./panel";
import type { Receipt } from "./requests";
import { T } from "./words";

const PAGE = 20;

export class Day {
  readonly node = el("section", { class: "sheet day", "aria-labelledby": "day-title" });
  private readonly body = el("div");

  constructor(
    private readonly gateway: Gateway,
    private readonly onShow: (receipt: Receipt) => void,
  ) {
    this.node.append(el("h2", { id: "day-title" }, T.today), this.body);
  }

  /** Load the newest receipts anew. */
  load(): Promise<void> {
    return this.loadMore([], null);
  }

  private async loadMore(before: readonly Receipt[], after: string | null): Promise<void> {
    const businessDay = moment(new Date().toISOString()).slice(0, 10);
    try {
      const answer = await this.gateway.ask(TillReceipts, { businessDay, first: PAGE, after });
      const { nodes, pageInfo } = answer.tillReceipts;
      this.show([...before, ...nodes], pageInfo.hasNextPage ? pageInfo.endCursor : null);
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      const again = button(T.reload, "plain", () => void this.load());
      this.body.replaceChildren(warning(T.noAnswer), again);
    }
  }

  private show(receipts: readonly Receipt[], next: string | null): void {
    if (receipts.length === 0) return this.body.replaceChildren(note(T.noReceipts));
    this.body.replaceChildren(dayOf(receipts, this.onShow));
    if (next) this.body.append(button(T.more, "plain", () => void this.loadMore(receipts, next)));
  }
}
