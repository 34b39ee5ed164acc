// Cards of the chat as they are drawn: a header, sentences, amounts, buttons. Each shows how things
// stand; a button that was used is gone, and the state says what came of it.

import { clock, daysUntil, moment, yuan } from "./format";
import { fill, words } from "./look";
import { orderNote } from "./order_note";
import { returned } from "./returned";
import type { Message } from "./talk";

type Card = NonNullable<Message["card"]>;
type Of<Kind extends Card["__typename"]> = Extract<Card, { __typename: Kind }>;
type Tone = "good" | "warn" | "off" | "";

interface Pair {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

type ButtonLook = "primary" | "plain" | "danger";

interface CardButton {
  readonly name: string;
  readonly label: string;
  readonly look: ButtonLook;
}

/** A card as it is drawn; what is empty is not. */
export interface ShownCard {
  readonly title: string;
  readonly state: string;
  readonly tone: Tone;
  readonly sentences: readonly { id: number; text: string }[];
  readonly pairs: readonly Pair[];
  readonly note: string;
  /** Sentences that can be said by tapping them. */
  readonly examples: readonly string[];
  readonly buttons: readonly CardButton[];
  /** A page that shows more of it. */
  readonly url: string;
  readonly urlName: string;
}

type Part = Partial<Omit<ShownCard, "sentences" | "pairs" | "buttons">> & {
  readonly sentences?: readonly string[];
  readonly pairs?: readonly [string, string][];
  /** How its first button looks; the others are plain. A button's name says nothing to us. */
  readonly first?: ButtonLook;
};

const NOTHING = {
  title: "",
  state: "",
  tone: "" as Tone,
  note: "",
  examples: [],
  url: "",
  urlName: "",
};
const LIVE = new Set(["INVITED", "IN_REVIEW", "ACTIVE", "PAUSED"]);
const ENDINGS = new Set(["DECLINE", "WITHDRAW", "END"]);

/**
 * Show a card.
 *
 * @param atMs the time by which what ends is counted down.
 */
export function shown(card: Card, atMs: number): ShownCard {
  const { sentences = [], pairs = [], first = "plain", ...part } = partOf(card, atMs);
  return {
    ...NOTHING,
    ...part,
    sentences: sentences.map((text, id) => ({ id, text })),
    pairs: pairs.map(([name, value], id) => ({ id, name, value })),
    buttons: card.buttons.map((one, place) => ({ ...one, look: place === 0 ? first : "plain" })),
  };
}

function partOf(card: Card, atMs: number): Part {
  switch (card.__typename) {
    case "ReceivedInvitationCard":
      return received(card);
    case "SentInvitationCard":
      return { ...binding(card.binding), title: words().cardInvitation };
    case "ReviewCard":
      return { ...binding(card.binding), title: words().cardReview };
    case "BindingCard":
      return { ...binding(card.binding), title: words().cardBinding };
    case "OrderCard":
      return order(card);
    case "BeneficiariesCard":
      return beneficiaries(card);
    case "ReceiptCard":
      return receipt(card);
    case "ReversalCard":
      return reversal(card);
    case "DrawCard":
      return draw(card);
    case "DrawReversalCard":
      return drawReversal(card);
    case "PremiumCard":
      return premium(card);
    case "PayablePremiumCard":
      return payable(card, atMs);
    case "PremiumWindowCard":
      return premiumWindow(card);
    case "BalanceCard":
      return balance(card);
    case "StatementCard":
      return statement(card);
    case "QuoteCard":
      return quote(card);
    case "ConfirmCard":
      return confirm(card);
    case "ChoiceCard":
      return { title: words().cardChoice, sentences: [card.question] };
    case "HelpCard":
      return { sentences: [card.sentence], examples: card.examples };
    case "NoticeCard":
      return { title: words().cardNotice, sentences: [card.sentence] };
    default:
      return unknown(card);
  }
}

/** The gateway may know kinds that this version does not; those of its own schema are all above. */
function unknown(_card: never): Part {
  return { sentences: [words().cardUnknown] };
}

type Binding = Of<"SentInvitationCard">["binding"];

function binding(one: Binding): Part {
  const t = words();
  const isSharer = one.__typename === "BindingAsSharer";
  const name = isSharer ? one.beneficiaryName : "sharerName" in one ? one.sharerName : "";
  const sentence = t[`${isSharer ? "sharer" : "beneficiary"}${one.status}`];
  const until = one.status === "INVITED" ? [fill(t.until, { at: moment(one.expiresAt) })] : [];
  const consent = "awaitsOwnConsent" in one && one.awaitsOwnConsent ? [t.cardConsent] : [];
  return {
    state: t[one.status],
    tone: toneOf(one.status),
    sentences: [fill(sentence, { name, kinship: one.kinshipName }), ...until, ...consent],
    url: `/pages/binding/index?id=${one.id}`,
    urlName: t.cardMore,
  };
}

function toneOf(status: Binding["status"]): Tone {
  if (status === "ACTIVE") return "good";
  return LIVE.has(status) ? "warn" : "off";
}

function received(card: Of<"ReceivedInvitationCard">): Part {
  const t = words();
  const { sharerName: name, kinshipName: kinship } = card.binding;
  const isOpen = card.buttons.length > 0;
  const declared = card.declaration.beneficiaryText;
  return {
    ...binding(card.binding),
    title: t.cardInvitation,
    sentences: [
      fill(t.invitesYou, { name, kinship }),
      ...(isOpen ? [fill(t.until, { at: moment(card.binding.expiresAt) })] : []),
      // What is declared by accepting is read like all else.
      ...(isOpen && declared ? [declared] : []),
    ],
    // The one that accepts; it is missing where the declaration is not known here.
    first: card.buttons.length > 1 ? "primary" : "plain",
  };
}

function order(card: Of<"OrderCard">): Part {
  const t = words();
  return {
    title: t.titleOrder,
    sentences: card.sharers.length === 0 ? [t.noSharers] : [],
    pairs: card.sharers.map((one, index) => [
      `${one.rank ?? index + 1}　${one.sharerName}`,
      t[one.availability],
    ]),
    note: orderNote(card.orderSource, card.sharers, t.cardOrderNote),
    ...(card.sharers.length < 2 ? {} : { url: "/pages/order/index", urlName: t.cardReorder }),
  };
}

function beneficiaries(card: Of<"BeneficiariesCard">): Part {
  const t = words();
  return {
    title: t.beneficiaries,
    sentences: card.beneficiaries.length === 0 ? [t.noBeneficiaries] : [],
    pairs: card.beneficiaries.map((one) => [
      one.beneficiaryName,
      one.isSuspended ? t.suspended : t[one.status],
    ]),
  };
}

type Settlement = Of<"ReversalCard">["settlement"];

function bill(one: Settlement): Part {
  const t = words();
  return {
    pairs: [
      [t.receiptPlace, one.institution.name],
      [t.receiptAt, moment(one.settledAt)],
      [t.receiptShare, yuan(one.personalShareFen)],
      [t.rowOwn, yuan(one.ownFen)],
      [t.rowShared, yuan(one.sharedFen)],
      [t.rowCash, yuan(one.cashFen)],
    ],
    url: `/pages/receipt/index?id=${one.id}`,
    urlName: t.cardReceipt,
  };
}

function receipt(card: Of<"ReceiptCard">): Part {
  const { settlement } = card;
  const t = words();
  const isReversed = settlement.status === "REVERSED";
  const left = settlement.ownBalanceAfterFen;
  return {
    ...bill(settlement),
    title: t.cardSettled,
    state: isReversed ? t.reversed : "",
    tone: "off",
    sentences: [
      ...settlement.explanation.map((step) => step.sentence),
      ...(card.advice ? [card.advice] : []),
    ],
    note: left === null ? "" : fill(t.balanceAfter, { amount: yuan(left) }),
  };
}

function reversal(card: Of<"ReversalCard">): Part {
  const t = words();
  return {
    ...bill(card.settlement),
    title: t.cardReversed,
    state: t.reversed,
    tone: "off",
    sentences: returned(card.settlement),
  };
}

type Draw = Of<"DrawCard">["draw"];

function drawn(one: Draw): Part {
  const t = words();
  return {
    pairs: [
      [t.cardAmount, yuan(one.amountFen)],
      [t.receiptAt, moment(one.settledAt)],
      [t.receiptPlace, `${one.county.name ?? ""} ${t[one.place]}`.trim()],
    ],
    url: `/pages/binding/index?id=${one.bindingId}`,
    urlName: t.cardMore,
  };
}

function draw({ draw: one }: Of<"DrawCard">): Part {
  const t = words();
  return {
    ...drawn(one),
    title: t.cardDraw,
    state: one.reversedAt ? t.reversed : "",
    tone: "off",
    sentences: [fill(t.cardDrawText, { name: one.beneficiaryName })],
  };
}

function drawReversal({ draw: one }: Of<"DrawReversalCard">): Part {
  const t = words();
  return {
    ...drawn(one),
    title: t.cardDrawReversed,
    state: t.reversed,
    tone: "off",
    sentences: [fill(t.cardDrawReversedText, { name: one.beneficiaryName })],
  };
}

function premium({ premium: one }: Of<"PremiumCard">): Part {
  const t = words();
  const isPayer = one.__typename === "PremiumAsPayer";
  const name = isPayer ? one.insuredName : "payerName" in one ? one.payerName : "";
  const tone: Tone = one.status === "CONFIRMED" ? "good" : one.status === "DEBITED" ? "warn" : "off";
  return {
    title: t.titlePremium,
    state: t[one.status],
    tone,
    sentences: [fill(isPayer ? t.cardPremiumFor : t.cardPremiumBy, { name })],
    pairs: [
      [t.cardYear, fill(t.premiumYear, { year: one.year })],
      [t.cardAmount, yuan(one.amountFen)],
    ],
    ...(isPayer ? { url: "/pages/premium/index", urlName: t.cardMore } : {}),
  };
}

function payable({ payable: one }: Of<"PayablePremiumCard">, atMs: number): Part {
  const t = words();
  return {
    title: t.titlePremium,
    state: one.isPaid ? t.premiumPaid : countdown(one.opensOn, one.closesOn, atMs),
    tone: one.isPaid ? "good" : "warn",
    sentences: [fill(t.cardPayable, { name: one.insuredName })],
    pairs: [
      [t.cardYear, fill(t.premiumYear, { year: one.year })],
      [t.cardAmount, yuan(one.amountFen)],
    ],
    note: fill(t.premiumWindow, { opens: one.opensOn, closes: one.closesOn }),
    first: "primary",
    url: "/pages/premium/index",
    urlName: t.cardMore,
  };
}

/** Count down to the end of the window's last day. */
function countdown(opensOn: string, closesOn: string, atMs: number): string {
  const t = words();
  if (daysUntil(opensOn, atMs) > 0) return t.cardNotOpen;
  const days = daysUntil(closesOn, atMs);
  if (days < 0) return t.cardClosed;
  return days === 0 ? t.cardLastDay : fill(t.cardDaysLeft, { days: days + 1 });
}

function premiumWindow(card: Of<"PremiumWindowCard">): Part {
  const t = words();
  return {
    title: t.titlePremium,
    sentences: [card.sentence],
    pairs: card.payables.map((one) => [one.insuredName, yuan(one.amountFen)]),
    url: "/pages/premium/index",
    urlName: t.cardMore,
  };
}

function statement(card: Of<"StatementCard">): Part {
  const t = words();
  return {
    title: fill(t.cardStatement, { year: card.year, month: card.month }),
    sentences: card.entries.length === 0 ? [t.cardStatementNone] : [],
    pairs: [
      ...card.entries.map(pair(({ name, count }) => fill(t.cardTimes, { name, count }))),
      ...card.draws.map(pair(({ name }) => fill(t.cardDrawnBy, { name }))),
      [t.balance, yuan(card.balanceFen)],
    ],
    url: "/pages/records/index",
    urlName: t.cardMore,
  };
}

function pair<One extends { amountFen: number }>(nameOf: (one: One) => string) {
  return (one: One): [string, string] => [nameOf(one), yuan(one.amountFen)];
}

function quote(card: Of<"QuoteCard">): Part {
  const t = words();
  return {
    title: t.cardQuote,
    state: t[card.rest],
    tone: card.rest === "FULLY" ? "good" : "warn",
    sentences: [card.sentence],
    pairs: [
      [t.cardAmount, yuan(card.amountFen)],
      ...(card.place ? [[t.receiptPlace, t[card.place]] as [string, string]] : []),
      [t.rowOwn, yuan(card.ownFen)],
    ],
    note: [
      fill(t.asAt, { at: moment(card.askedAt) }),
      fill(t.cardQuotesLeft, { count: card.leftToday }),
    ].join(" · "),
  };
}

function balance({ account: one, readAt }: Of<"BalanceCard">): Part {
  const t = words();
  const troubles = { NORMAL: "", FROZEN: t.frozen, CLOSED: t.closed };
  return {
    title: t.account,
    state: troubles[one.status],
    tone: "warn",
    pairs: [
      [t.balance, yuan(one.balanceFen)],
      ...(one.reserveFen > 0 ? [[t.reserve, yuan(one.reserveFen)] as [string, string]] : []),
    ],
    note: fill(t.asAt, { at: moment(readAt) }),
  };
}

const CONFIRM_TONES = {
  OPEN: "warn",
  PENDING: "warn",
  DONE: "good",
  CANCELLED: "off",
  REFUSED: "off",
  FAILED: "off",
  OVERTAKEN: "off",
  EXPIRED: "off",
} as const;

function confirm(card: Of<"ConfirmCard">): Part {
  const t = words();
  const isOpen = card.state === "OPEN";
  return {
    title: card.title,
    state: t[`confirm${card.state}`],
    tone: CONFIRM_TONES[card.state],
    sentences: card.sentences,
    note: isOpen ? fill(t.until, { at: clock(card.expiresAt) }) : card.stateSentence,
    first: ENDINGS.has(card.act) ? "danger" : "primary",
  };
}
