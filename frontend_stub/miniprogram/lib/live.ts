// The one socket of this phone: what changes in the conversation, as it happens. After a cut it goes
// on from the last change that was heard, so that nothing is missed and nothing comes twice.

import { createClient } from "graphql-ws/client";
import { ConversationEvents, type ConversationEventsSubscription } from "../../generated/operations";
import { SOCKET_URL, trusted } from "./graphql";
import { leave, session } from "./session";

export type Heard = ConversationEventsSubscription["conversationEvents"];

/** Who listens. */
export interface Listener {
  /** A message came, or its card changed. */
  onHeard(heard: Heard): void;
  /** The gateway can be heard now, or not any more. */
  onLine(isLive: boolean): void;
  /** The cursor is none of this conversation: it has to be loaded anew. */
  onLost(): void;
}

export interface Following {
  /** Wait no longer where it waits to try again. */
  wake(): void;
  stop(): void;
}

const PATIENCE_MS = 10_000;
const PING_EVERY_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const FORBIDDEN = 4403;

/** Follow the conversation from a cursor on, until it is stopped. */
export function follow(after: string, listener: Listener): Following {
  // A retry sends this very object: its cursor is the last one by then.
  const asked = { ...trusted(ConversationEvents, { after }), query: "" };
  let isOver = false;
  let wake = () => {};
  let unanswered = 0;

  /** Wait longer every time, and never as long as the next phone. */
  const pause = (times: number) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      const longest = Math.min(FIRST_WAIT_MS * 2 ** times, LONGEST_WAIT_MS);
      setTimeout(resolve, longest * (0.5 + Math.random() / 2));
    });

  const client = createClient({
    url: SOCKET_URL,
    webSocketImpl: GatewaySocket,
    connectionParams: () => ({ token: session()?.token }),
    connectionAckWaitTimeout: PATIENCE_MS,
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    retryWait: pause,
    shouldRetry: (reason) => codeOf(reason) !== FORBIDDEN,
    on: {
      connected: () => isOver || listener.onLine(true),
      closed: () => {
        clearTimeout(unanswered);
        if (!isOver) listener.onLine(false);
      },
      ping: (isReceived) => {
        if (!isReceived) unanswered = setTimeout(() => client.terminate(), PATIENCE_MS);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(unanswered);
      },
    },
  });

  let unsubscribe = () => {};
  let failures = 0;

  function begin(): void {
    if (isOver) return;
    let isEnded = false;
    /** The gateway ended it: for a reason that waiting does not mend, or it is begun again. */
    const end = (code: unknown) => {
      if (isEnded || isOver) return;
      isEnded = true;
      unsubscribe();
      if (code === "BAD_CURSOR") return listener.onLost();
      if (code === FORBIDDEN || code === "UNAUTHENTICATED") return leave();
      void pause(failures).then(begin);
      failures += 1;
    };
    unsubscribe = client.subscribe<ConversationEventsSubscription>(asked, {
      next: ({ data, errors }) => {
        if (!data || errors) return end(codeOf(errors));
        failures = 0;
        asked.variables.after = data.conversationEvents.cursor;
        listener.onHeard(data.conversationEvents);
      },
      error: (reason) => end(codeOf(reason)),
      complete: () => end(undefined),
    });
  }

  begin();
  return {
    wake: () => wake(),
    stop() {
      isOver = true;
      clearTimeout(unanswered);
      unsubscribe();
    },
  };
}

/** Return the code with which a socket was closed, or that of an error in its frame. */
function codeOf(reason: unknown): unknown {
  if (Array.isArray(reason)) return reason[0]?.extensions?.code;
  return (reason as { code?: unknown } | undefined)?.code;
}

/** WeChat's socket as graphql-ws knows sockets. */
class GatewaySocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readyState = GatewaySocket.CONNECTING;
  onopen?: () => void;
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (reason: unknown) => void;
  onclose?: (event: { code: number; reason: string; wasClean: boolean }) => void;

  private readonly task: WechatMiniprogram.SocketTask;

  constructor(
    url: string,
    readonly protocol: string,
  ) {
    this.task = wx.connectSocket({ url, protocols: [protocol] });
    this.task.onOpen(() => {
      this.readyState = GatewaySocket.OPEN;
      this.onopen?.();
    });
    this.task.onMessage(({ data }) => this.onmessage?.({ data }));
    this.task.onClose(({ code, reason }) => this.closed(code, reason));
    // Where no connection comes about, WeChat says nothing else.
    this.task.onError(({ errMsg }) => this.closed(1006, errMsg));
  }

  send(data: string): void {
    this.task.send({ data });
  }

  close(code?: number, reason?: string): void {
    this.readyState = GatewaySocket.CLOSING;
    this.task.close({ code, reason });
  }

  private closed(code: number, reason: string): void {
    if (this.readyState === GatewaySocket.CLOSED) return;
    this.readyState = GatewaySocket.CLOSED;
    this.onclose?.({ code, reason, wasClean: code !== 1006 });
  }
}
