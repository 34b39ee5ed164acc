// 消息: the conversation with the service. What is typed or tapped is answered here; what happens in
// the family arrives here by itself.

import { shown, type ShownCard } from "../../lib/cards";
import { whenSaid } from "../../lib/format";
import { chineseWords, fill, look, lookOf, nameTabs, words, type Words } from "../../lib/look";
import type { Phase } from "../../lib/phase";
import { leave, session } from "../../lib/session";
import { talk, type Message, type Outgoing } from "../../lib/talk";

/** One message as it is drawn. */
interface Row {
  readonly key: string;
  readonly messageId: string;
  /** The time above it; empty where little time has passed. */
  readonly when: string;
  readonly isMine: boolean;
  readonly text: string;
  readonly card: ShownCard | null;
  readonly isBusy: boolean;
  readonly said: string;
  readonly isSending: boolean;
  readonly canRepeat: boolean;
}

type Quick = keyof Words & `quick${string}`;

const QUICK: Quick[] = [
  "quickBalance",
  "quickSharers",
  "quickBeneficiaries",
  "quickLast",
  "quickMonth",
  "quickInvite",
  "quickHelp",
];
const APART_MS = 2 * 60 * 1000;
const MOST_CHARACTERS = 500;
/** How often what is counted down is counted anew. */
const MINUTE_MS = 60 * 1000;

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    rows: [] as Row[],
    isCut: false,
    hasOlder: false,
    olderPhase: "idle",
    quick: QUICK,
    most: MOST_CHARACTERS,
    draft: "",
    /** The element that is scrolled to. */
    into: "",
    turn: 0,
    isAtEnd: true,
    down: "",
    leaveOff: [] as (() => void)[],
    lastNumber: 0,
    missed: 0,
  },
  lifetimes: {
    detached() {
      this.stop();
    },
  },
  methods: {
    onShow() {
      if (!session()) return leave();
      this.setData(lookOf("titleChat"));
      nameTabs();
      this.stop();
      const minutes = setInterval(() => this.renew(), MINUTE_MS);
      this.data.leaveOff = [talk().watch(() => this.renew()), () => clearInterval(minutes)];
      this.renew();
      void talk().attend();
    },

    onReady() {
      const log = this.createIntersectionObserver({ thresholds: [0] }).relativeTo(".log");
      log.observe(".end", ({ intersectionRatio }) => this.onEnd(intersectionRatio > 0));
      const top = this.createIntersectionObserver({ thresholds: [0] }).relativeTo(".log");
      top.observe(".top", ({ intersectionRatio }) => {
        if (intersectionRatio > 0) void this.onOlder();
      });
    },

    onHide() {
      this.stop();
    },

    stop() {
      for (const leaveOff of this.data.leaveOff) leaveOff();
      this.data.leaveOff = [];
    },

    /** Draw what the conversation is now; whoever is at its end stays there, and has read it. */
    renew() {
      const { phase, messages, outgoing, isCut, hasOlder, olderPhase } = talk();
      this.setData({
        phase,
        isCut,
        hasOlder,
        olderPhase,
        rows: rowsOf(messages, outgoing, Date.now()),
      });
      const last = messages[messages.length - 1]?.number ?? 0;
      const isNew = last > this.data.lastNumber;
      if (this.data.isAtEnd) {
        this.data.lastNumber = last;
        this.toEnd();
        void talk().read();
      } else if (isNew) this.count();
    },

    toEnd() {
      const turn = 1 - this.data.turn;
      this.setData({ turn, into: `end-${turn}` });
    },

    /** Tell how many messages came while somebody was reading further up. */
    count() {
      const { lastNumber } = this.data;
      const count = talk().messages.filter((one) => one.number > lastNumber).length;
      const t = words();
      this.setData({ down: count > 0 ? fill(t.chatNew, { count }) : t.chatDown });
    },

    onEnd(isAtEnd: boolean) {
      const isBehind = this.data.leaveOff.length === 0;
      if (isBehind || talk().phase !== "ready" || isAtEnd === this.data.isAtEnd) return;
      this.setData({ isAtEnd });
      if (isAtEnd) {
        const { messages } = talk();
        this.data.lastNumber = messages[messages.length - 1]?.number ?? 0;
        void talk().read();
      } else this.count();
    },

    onDown() {
      this.setData({ isAtEnd: true });
      this.renew();
    },

    /** Put older messages above; what was on top stays in sight. */
    async onOlder() {
      const first = this.data.rows[0]?.key;
      await talk().loadOlder();
      if (first && first !== this.data.rows[0]?.key) this.setData({ into: `row-${first}` });
    },

    onDraft(event: WechatMiniprogram.Input) {
      this.setData({ draft: event.detail.value });
    },

    onSend() {
      const text = this.data.draft.trim();
      if (!text) return;
      this.setData({ draft: "" });
      this.say(text);
    },

    /** A quick reply is said in Chinese, whatever is written on it. */
    onQuick(event: WechatMiniprogram.TouchEvent) {
      this.say(chineseWords()[event.currentTarget.dataset.name as Quick]);
    },

    onExample(event: WechatMiniprogram.CustomEvent<{ text: string }>) {
      this.say(event.detail.text);
    },

    say(text: string) {
      this.setData({ isAtEnd: true });
      talk().say(text);
    },

    /** The answer stands at the end, however far up the card is. */
    async onPress(event: WechatMiniprogram.CustomEvent<{ button: string }>) {
      const message = String(event.currentTarget.dataset.message);
      const isAnswered = await talk().press(message, event.detail.button);
      if (isAnswered && this.data.leaveOff.length > 0) this.onDown();
    },

    onAgain(event: WechatMiniprogram.TouchEvent) {
      talk().sayAgain(String(event.currentTarget.dataset.key));
    },

    onDrop(event: WechatMiniprogram.TouchEvent) {
      talk().drop(String(event.currentTarget.dataset.key));
    },

    onGo(event: WechatMiniprogram.CustomEvent<{ url: string }>) {
      wx.navigateTo({ url: event.detail.url });
    },

    onRetry() {
      void talk().attend();
    },
  },
});

/** Draw the messages, and below them what has no number yet. */
function rowsOf(messages: readonly Message[], outgoing: readonly Outgoing[], nowMs: number): Row[] {
  let lastMs = 0;
  const when = (at: string) => {
    const isApart = Date.parse(at) - lastMs > APART_MS;
    lastMs = Date.parse(at);
    return isApart ? whenSaid(at, nowMs) : "";
  };
  const stored = messages.map((one) => {
    const { isBusy, said } = talk().pressing(one.id);
    return {
      ...NOTHING,
      key: String(one.number),
      messageId: one.id,
      when: when(one.sentAt),
      isMine: one.author === "PERSON",
      text: one.text ?? "",
      card: one.card ? shown(one.card, nowMs) : null,
      isBusy,
      said,
    };
  });
  const waiting = outgoing.map((one) => ({
    ...NOTHING,
    key: one.key,
    when: when(one.at),
    isMine: true,
    text: one.text,
    said: one.why,
    isSending: one.why === "",
    canRepeat: one.isUnknown,
  }));
  return [...stored, ...waiting];
}

const NOTHING: Row = {
  key: "",
  messageId: "",
  when: "",
  isMine: false,
  text: "",
  card: null,
  isBusy: false,
  said: "",
  isSending: false,
  canRepeat: false,
};
