// The conversation of whoever uses this phone, or of the ward for whom it is used: loaded once, followed
// while the program is in front. Pages watch it; it outlives them.

import {
  Conversation,
  MarkRead,
  PressCardButton,
  SendMessage,
  type MessageFieldsFragment,
} from "../../generated/operations";
import { act, settled, told } from "./act";
import { ask, newKey, Trouble } from "./graphql";
import { follow, type Following, type Heard } from "./live";
import { words } from "./look";
import { phaseAfter, type Phase } from "./phase";
import { session, ward } from "./session";

export type Message = MessageFieldsFragment;

/** What was typed here and has no number yet. */
export interface Outgoing {
  /** It names the wish: sent again, it is the same request. */
  readonly key: string;
  readonly text: string;
  readonly at: string;
  /** Why it was not sent; empty while it is on its way. */
  readonly why: string;
  /** Nobody knows whether it arrived. */
  readonly isUnknown: boolean;
}

/** A button was pressed: it is on its way, or `said` says why nothing came of it. */
interface Pressing {
  readonly isBusy: boolean;
  readonly said: string;
}

const TAB = 1;
const MOST_UNREAD_SHOWN = 99;
/** How long a socket is kept behind another program; soon after, WeChat stops the phone's thread. */
const KEPT_BEHIND_MS = 3000;
const LOST_WAIT_MS = 5000;

/** The conversation of one person, while the token lasts and while it is acted for that person. */
export class Talk {
  phase: Phase = "loading";
  /** In the order of their numbers, without gaps from the first one on. */
  messages: readonly Message[] = [];
  outgoing: readonly Outgoing[] = [];
  hasOlder = false;
  olderPhase: "idle" | "loading" | "failed" = "idle";
  unread = 0;
  /** The line is cut; it is being mended. */
  isCut = false;
  /** Counts what was heard: whatever else somebody sees of the family may have changed with it. */
  heard = 0;

  private readonly watchers = new Set<() => void>();
  private readonly pressings = new Map<string, Pressing>();
  private isAttended = false;
  private following?: Following;
  private cursor = "";
  /** How often, one after the other, the gateway did not know the cursor. */
  private losses = 0;
  private older = "";
  private held: Message[] = [];
  private isLoading = false;
  private isSending = false;
  private isReading = false;

  constructor(readonly whose: string) {}

  /** Be called after every change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** Load what was said and follow what is said, unless that goes on already. */
  async attend(): Promise<void> {
    this.isAttended = true;
    this.tell();
    if (this.following) return this.following.wake();
    if (this.phase === "ready" && this.cursor) return this.follow();
    if (!this.isLoading) await this.load();
  }

  /** Follow no longer: the program is behind another one, or somebody else is here. */
  rest(): void {
    this.isAttended = false;
    this.following?.stop();
    this.following = undefined;
  }

  async loadOlder(): Promise<void> {
    if (!this.hasOlder || this.olderPhase === "loading") return;
    this.olderPhase = "loading";
    this.tell();
    try {
      const after = this.older;
      const { conversation } = await ask(Conversation, { after });
      // Loaded anew meanwhile, these would leave a gap.
      if (conversation.__typename === "Conversation" && this.older === after) {
        const { nodes, pageInfo } = conversation.messages;
        this.messages = merged(this.messages, nodes);
        this.hasOlder = pageInfo.hasNextPage;
        this.older = pageInfo.endCursor ?? "";
      }
      this.olderPhase = "idle";
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      this.olderPhase = "failed";
    }
    this.tell();
  }

  /** Say something; it shows at once. */
  say(text: string): void {
    const at = new Date().toISOString();
    const one = { key: newKey(), text, at, why: "", isUnknown: false };
    this.outgoing = [...this.outgoing, one];
    this.tell();
    void this.send();
  }

  /** Say again what may not have arrived: under its key, so that it is said once. */
  sayAgain(key: string): void {
    this.outgoing = this.outgoing.map((one) =>
      one.key === key && one.isUnknown ? { ...one, why: "", isUnknown: false } : one,
    );
    this.tell();
    void this.send();
  }

  /** Forget what cannot be sent. */
  drop(key: string): void {
    this.outgoing = this.outgoing.filter((one) => one.key !== key);
    this.tell();
  }

  pressing(messageId: string): Pressing {
    return this.pressings.get(messageId) ?? { isBusy: false, said: "" };
  }

  /**
   * Press a button; the message and the button are the key, so that twice is once.
   *
   * @returns whether a message answers it; all else shows on the card itself.
   */
  async press(messageId: string, button: string): Promise<boolean> {
    if (this.pressing(messageId).isBusy) return false;
    this.pressings.set(messageId, { isBusy: true, said: "" });
    this.tell();
    const { said, isAnswered } = await this.pressed(messageId, button);
    this.pressings.set(messageId, { isBusy: false, said });
    this.tell();
    return isAnswered;
  }

  /** Everything that is here was read. */
  async read(): Promise<void> {
    const number = this.messages[this.messages.length - 1]?.number;
    if (this.unread === 0 || number === undefined || this.isReading) return;
    this.isReading = true;
    const before = this.unread;
    this.unread = 0;
    this.tell();
    try {
      await ask(MarkRead, { input: { number } });
      this.isReading = false;
      // What came meanwhile was not marked; whoever sees it marks it now.
      if (this.unread > 0) this.tell();
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      this.unread += before;
      this.tell();
      this.isReading = false;
    }
  }

  private async load(): Promise<void> {
    this.isLoading = true;
    if (this.phase !== "ready") this.phase = "loading";
    this.tell();
    try {
      const { conversation } = await ask(Conversation, {});
      if (conversation.__typename === "Conversation") {
        const { nodes, pageInfo } = conversation.messages;
        this.messages = merged([], nodes);
        this.hasOlder = pageInfo.hasNextPage;
        this.older = pageInfo.endCursor ?? "";
        this.unread = conversation.unread;
        this.cursor = conversation.newestChange;
        this.phase = "ready";
        this.follow();
      } else this.phase = "error";
    } catch (reason) {
      this.phase = phaseAfter(reason);
    }
    this.isLoading = false;
    this.tell();
  }

  private follow(): void {
    if (!this.isAttended) return;
    this.following = follow(this.cursor, {
      onHeard: (heard) => this.hear(heard),
      onLine: (isLive) => {
        this.isCut = !isLive;
        this.tell();
        if (isLive) void this.settle();
      },
      onLost: () => {
        this.following = undefined;
        this.cursor = "";
        setTimeout(() => this.isAttended && this.attend(), this.losses * LOST_WAIT_MS);
        this.losses += 1;
      },
    });
  }

  /**
   * Take in a change. While something typed here is on its way, what is new waits: it may be that
   * very message, which would stand here twice.
   */
  private hear({ cursor, message }: Heard): void {
    this.cursor = cursor;
    this.losses = 0;
    this.heard += 1;
    // What was said of a press was said of the card as it was.
    if (!this.pressing(message.id).isBusy) this.pressings.delete(message.id);
    const isKnown = this.messages.some((one) => one.id === message.id);
    if (this.isSending && !isKnown) this.held.push(message);
    else this.put(message);
    this.tell();
  }

  private put(...messages: readonly Message[]): void {
    const first = this.messages[0]?.number ?? 0;
    const last = this.messages[this.messages.length - 1]?.number ?? 0;
    // A card from before what is loaded here shows itself when somebody scrolls up to it.
    const here = messages.filter((one) => !this.hasOlder || one.number >= first);
    this.messages = merged(this.messages, here);
    this.unread += here.filter((one) => one.number > last && one.author === "SERVICE").length;
  }

  /** Send one after the other, in the order in which they were typed. */
  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let one = this.next(); one; one = this.next()) await this.sent(one);
    this.isSending = false;
    this.put(...this.held);
    this.held = [];
    this.tell();
    await this.settle();
  }

  /** What was typed for one person is never said for another. */
  private next(): Outgoing | undefined {
    if (this.whose !== whose()) return undefined;
    return this.outgoing.find((one) => one.why === "");
  }

  private async sent(one: Outgoing): Promise<void> {
    const { kind, text, result } = await act(SendMessage, { text: one.text }, one.key);
    if (kind === "done" && result?.__typename === "SendMessagePayload") {
      this.outgoing = this.outgoing.filter((other) => other.key !== one.key);
      this.put(result.sent, result.reply);
    } else {
      const isUnknown = kind === "unknown";
      const failed = { ...one, why: isUnknown ? words().chatUnsent : text, isUnknown };
      this.outgoing = this.outgoing.map((other) => (other.key === one.key ? failed : other));
    }
    this.tell();
  }

  /** Ask what became of messages that had no answer: those that arrived are here already. */
  private async settle(): Promise<void> {
    for (const one of this.outgoing.filter((other) => other.isUnknown)) {
      try {
        if ((await settled(SendMessage, one.key)) === "done") this.drop(one.key);
      } catch (reason) {
        if (!(reason instanceof Trouble)) throw reason;
        return;
      }
    }
  }

  private async pressed(
    messageId: string,
    button: string,
  ): Promise<{ said: string; isAnswered: boolean }> {
    try {
      const { pressCardButton } = await ask(PressCardButton, { input: { messageId, button } });
      if (pressCardButton.__typename !== "PressCardButtonPayload") {
        return { said: told(pressCardButton), isAnswered: false };
      }
      const { pressed, reply } = pressCardButton;
      this.put(pressed, ...(reply ? [reply] : []));
      return { said: "", isAnswered: reply !== null };
    } catch (reason) {
      if (!(reason instanceof Trouble)) throw reason;
      const said = reason.kind === "FAULT" ? words().errorText : words().unknownText;
      return { said, isAnswered: false };
    }
  }

  /** Tell whoever watches; a conversation that was left says no more. */
  private tell(): void {
    if (this !== current) return;
    this.badge();
    for (const watcher of this.watchers) watcher();
  }

  /** Show on the tab how many are unread; a page without tabs has nowhere to show it. */
  private badge(): void {
    const fail = () => undefined;
    if (this.unread === 0) wx.removeTabBarBadge({ index: TAB, fail });
    else {
      const text = this.unread > MOST_UNREAD_SHOWN ? `${MOST_UNREAD_SHOWN}+` : String(this.unread);
      wx.setTabBarBadge({ index: TAB, text, fail });
    }
  }
}

/** Put messages among others, each in the place of the one with its id. */
function merged(old: readonly Message[], fresh: readonly Message[]): readonly Message[] {
  if (fresh.length === 0) return old;
  const byId = new Map([...old, ...fresh].map((one) => [one.id, one]));
  return [...byId.values()].sort((one, other) => one.number - other.number);
}

let current: Talk | undefined;

/** Return the conversation of whoever uses this phone now, or of the ward that was chosen. */
export function talk(): Talk {
  if (current?.whose === whose()) return current;
  if (current) current.rest();
  else watchProgram();
  current = new Talk(whose());
  return current;
}

function whose(): string {
  return `${session()?.token ?? ""} ${ward()?.id ?? ""}`;
}

/** Nobody is logged in: nothing is followed, and nothing is kept. */
export function silence(): void {
  current?.rest();
  if (current) current = new Talk(whose());
}

/** Rest behind other programs; where the thread stood still meanwhile, the socket is an old one. */
function watchProgram(): void {
  let resting = 0;
  let hiddenAtMs = 0;
  const rest = () => {
    resting = 0;
    current?.rest();
  };
  wx.onAppHide(() => {
    hiddenAtMs = Date.now();
    clearTimeout(resting);
    resting = setTimeout(rest, KEPT_BEHIND_MS);
  });
  wx.onAppShow(() => {
    clearTimeout(resting);
    if (resting !== 0 && Date.now() - hiddenAtMs > KEPT_BEHIND_MS) rest();
    resting = 0;
    if (session()) void current?.attend();
  });
  wx.onNetworkStatusChange(({ isConnected }) => {
    if (isConnected && session()) void current?.attend();
  });
}
