"""What a card shows, from what it stands for now: pure, so that every device shows the same.

Buttons come from the live state: what was used, came too late or was overtaken has none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from gongji.chat import texts
from gongji.chat.intents import Topic
from gongji.chat.live import Live, first_of_month
from gongji.chat.proposals import (
    CONFIRM_WITHIN,
    MOST_CHOICES,
    Act,
    Proposal,
    may_still,
    read_limit,
    read_options,
    write_limit,
)
from gongji.chat.words import words
from gongji.domain.binding import BindingStatus, Limit
from gongji.domain.conversation import Card, CardKind, Message, PressOutcome
from gongji.domain.declaration import declaration_of
from gongji.domain.disclosure import Coverage
from gongji.domain.explanation import cash_cause
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import KINSHIP_NAMES, Kinship
from gongji.domain.money import Fen, yuan
from gongji.domain.premium import Premium, reasons_against_refund
from gongji.store.reading.accounts import SharedDraw
from gongji.store.reading.months import Month
from gongji.usecases.views.bindings import (
    BindingAsBeneficiary,
    BindingAsSharer,
    BindingView,
)
from gongji.usecases.views.families import FamilyAccount
from gongji.usecases.views.own import OwnAccount
from gongji.usecases.views.premiums import PayablePremium
from gongji.usecases.views.settlements import SeenSettlement

CONFIRM: Final = "CONFIRM"
CANCEL: Final = "CANCEL"
OPTION: Final = "OPTION"
"""Button of a choice; with the place of the option from 1: ``OPTION:2``."""
REFRESH: Final = "REFRESH"
"""What pressing ``CONFIRM`` is where the card was overtaken; no button has this name."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card.

    Args:
        name: by which it is pressed; opaque to the client.
        label: what is written on it.
    """

    name: str
    label: str


class ConfirmState(StrEnum):
    """How a card that asks to confirm stands."""

    OPEN = "OPEN"
    PENDING = "PENDING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    OVERTAKEN = "OVERTAKEN"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ReceivedInvitation:
    """An invitation to this person, with the declaration that accepting agrees to."""

    binding: BindingAsBeneficiary
    declaration_version: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class BindingShown:
    """A binding: a sent invitation, one in review, or one that was accepted."""

    kind: CardKind
    binding: BindingView
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class OrderShown:
    """Who shares with this person, in order."""

    family: FamilyAccount
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class BeneficiariesShown:
    """With whom this person shares."""

    family: FamilyAccount
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptShown:
    """A settled bill of this person, or its reversal.

    Args:
        advice: what the person can do so that less is cash; None where there is nothing.
    """

    settlement: SeenSettlement
    is_reversal: bool
    advice: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawShown:
    """A draw on this person's account, or its return."""

    draw: SharedDraw
    is_reversal: bool
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class PremiumShown:
    """A premium that was paid."""

    premium: Premium
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class PayableShown:
    """A premium that could be paid."""

    payable: PayablePremium
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class PremiumWindowShown:
    """A window that opens or is about to close, with whose premiums could be paid in it.

    Args:
        occasion: which of the two.
        payables: those that are not paid, as it is now.
    """

    occasion: str
    year: int
    sentence: str
    payables: tuple[PayablePremium, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class BalanceShown:
    """The own account as it was at a moment, which is that of reading."""

    account: OwnAccount
    read_at: datetime
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementShown:
    """A month of the own account, summed up."""

    first: date
    month: Month
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteShown:
    """An answer that was given at a moment, and is not computed again (G18).

    Args:
        place: None: no kind of place was named.
        left_today: quotes that were left then.
    """

    amount: Fen
    place: InstitutionKind | None
    own: Fen
    rest: Coverage
    left_today: int
    asked_at: datetime
    sentence: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A sentence."""

    notice: str
    sentence: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class HelpShown:
    """What can be said."""

    sentence: str
    examples: tuple[str, ...]
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmShown:
    """Something to be confirmed, with its consequences."""

    act: Act
    title: str
    sentences: tuple[str, ...]
    state: ConfirmState
    expires_at: datetime
    buttons: tuple[Button, ...]

    @property
    def state_sentence(self) -> str:
        """Return the state in Chinese."""
        minutes = CONFIRM_WITHIN // timedelta(minutes=1)
        return texts.CONFIRM_STATES[self.state].format(minutes=minutes)


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """Several things that may have been meant."""

    question: str
    buttons: tuple[Button, ...]


ShownCard = (
    ReceivedInvitation
    | BindingShown
    | OrderShown
    | BeneficiariesShown
    | ReceiptShown
    | DrawShown
    | PremiumShown
    | PayableShown
    | PremiumWindowShown
    | BalanceShown
    | StatementShown
    | QuoteShown
    | NoticeShown
    | HelpShown
    | ConfirmShown
    | ChoiceShown
)

_NOT_SHOWN: Final = NoticeShown("NOT_SHOWN", texts.NOTICES["NOT_SHOWN"])


def show_card(message: Message, live: Live) -> ShownCard | None:
    """Return what the card of a message shows; None for a message without one."""
    if message.card is None:
        return None
    return _SHOWING[message.card.kind](message, message.card, live) or _NOT_SHOWN


def _show_binding(_message: Message, card: Card, live: Live) -> ShownCard | None:
    binding = live.bindings.get(card.ids["binding"])
    if binding is None:
        return None
    version = "" if live.policy is None else live.policy.declaration_version
    is_over = binding.status is not _CARD_OF.get(card.kind, binding.status)
    buttons = () if is_over else buttons_of_binding(binding, version, live.places)
    if card.kind is CardKind.INVITATION and isinstance(binding, BindingAsBeneficiary):
        return ReceivedInvitation(binding, version, buttons) if version else None
    return BindingShown(card.kind, binding, buttons)


_CARD_OF: Final = {
    CardKind.INVITATION: BindingStatus.INVITED,
    CardKind.REVIEW: BindingStatus.IN_REVIEW,
}
"""Cards about one state: once that is over they have no buttons, whatever comes after it."""


def buttons_of_binding(
    binding: BindingView, declaration_version: str, places: tuple[int, ...] = ()
) -> tuple[Button, ...]:
    """Return what a person may do with a binding as it stands.

    Args:
        declaration_version: of the declaration that accepting agrees to; it is in the button's
            name, so that who presses agrees to what was shown (G26). Empty: nothing can be agreed.
        places: in the order, of which accepting an invitation chooses one; empty: none is asked.
    """
    acts: tuple[Act, ...] = ()
    match binding:
        case BindingAsBeneficiary(status=BindingStatus.INVITED):
            acts = (Act.ACCEPT, Act.DECLINE)
        case BindingAsBeneficiary(status=BindingStatus.ACTIVE, awaits_own_consent=True):
            acts = (Act.ACCEPT, Act.END)
        case BindingAsSharer(status=BindingStatus.INVITED):
            acts = (Act.WITHDRAW,)
        case BindingAsSharer(status=BindingStatus.ACTIVE):
            acts = (Act.PAUSE, Act.END)
        case BindingAsSharer(status=BindingStatus.PAUSED):
            acts = (Act.RESUME, Act.END)
        case BindingAsSharer() | BindingAsBeneficiary():
            live = {BindingStatus.ACTIVE, BindingStatus.IN_REVIEW}
            acts = (Act.END,) if binding.status in live else ()
    is_invited = binding.status is BindingStatus.INVITED
    buttons: list[Button] = []
    for act in acts:
        if act is not Act.ACCEPT:
            buttons.append(Button(act, texts.BUTTONS[act]))
        elif declaration_version:
            buttons += _accepting(declaration_version, places if is_invited else ())
    return tuple(buttons)


def _accepting(declaration_version: str, places: tuple[int, ...]) -> Iterator[Button]:
    if not places:
        yield Button(f"{Act.ACCEPT}:{declaration_version}", texts.BUTTONS["ACCEPT"])
    for place in places:
        label = texts.BUTTONS["ACCEPT_AT"].format(position=place)
        yield Button(f"{Act.ACCEPT}@{place}:{declaration_version}", label)


def _show_order(_message: Message, _card: Card, live: Live) -> ShownCard | None:
    return None if live.family is None else OrderShown(live.family)


def _show_beneficiaries(_message: Message, _card: Card, live: Live) -> ShownCard | None:
    return None if live.family is None else BeneficiariesShown(live.family)


def _show_settlement(_message: Message, card: Card, live: Live) -> ShownCard | None:
    settlement_id, is_reversal = card.ids["settlement"], card.kind is CardKind.REVERSAL
    settlement, draw = live.settlements.get(settlement_id), live.draws.get(settlement_id)
    if settlement is not None and card.kind is not CardKind.DRAW:
        cause = None if is_reversal else cash_cause(settlement.settlement.explanation)
        advice = None if cause is None else texts.ADVICE.get(cause)
        return ReceiptShown(settlement, is_reversal, advice)
    return None if draw is None else DrawShown(draw, is_reversal)


def _show_premium(_message: Message, card: Card, live: Live) -> ShownCard | None:
    if "premium" in card.ids:
        premium = live.premiums.get(card.ids["premium"])
        return None if premium is None else PremiumShown(premium, _refunding(premium, live))
    payable = live.payable_of(card.ids["binding"], card.terms["year"])
    if payable is None:
        return None
    can_pay = not payable.is_paid and not payable.reasons
    buttons = (Button(Act.PAY, texts.BUTTONS["PAY"]),) if can_pay else ()
    return PayableShown(payable, buttons)


def _refunding(premium: Premium, live: Live) -> tuple[Button, ...]:
    against = reasons_against_refund(premium.status, premium.year, live.at)
    may_refund = premium.payer_id == live.person_id and not any(against)
    return (_button(Act.REFUND),) if may_refund else ()


def _show_premium_window(_message: Message, card: Card, live: Live) -> ShownCard | None:
    year, occasion = card.terms["year"], card.notice or ""
    due = tuple(x for x in live.payable if x.tariff.year == year and not x.is_paid)
    sentence = texts.PREMIUM_WINDOW_OVER.format(year=year)
    if due:
        closes = max(one.tariff.closes_on for one in due)
        day = texts.DAY.format(month=closes.month, day=closes.day)
        sentence = texts.PREMIUM_WINDOWS[occasion].format(year=year, closes=day)
    buttons = tuple(
        Button(f"{Act.PAY}:{one.binding_id}", _pay_for(one, live)) for one in due if not one.reasons
    )
    return PremiumWindowShown(occasion, year, sentence, due, buttons[:MOST_CHOICES])


def _pay_for(payable: PayablePremium, live: Live) -> str:
    about = Proposal(Act.PAY, payable.binding_id)
    return texts.PAY_FOR.format(name=name_of(about, live))


def _show_balance(_message: Message, _card: Card, live: Live) -> ShownCard | None:
    return None if live.account is None else BalanceShown(live.account, live.at)


def _show_statement(_message: Message, card: Card, live: Live) -> ShownCard | None:
    first = first_of_month(card)
    return None if first not in live.months else StatementShown(first, live.months[first])


def _show_quote(message: Message, card: Card, _live: Live) -> ShownCard | None:
    terms = card.terms
    amount, own, rest = Fen(terms["amount"]), Fen(terms["own"]), Coverage(terms["rest"])
    place = None if terms["place"] is None else InstitutionKind(terms["place"])
    covered = texts.COVERED_BY_OWN if own >= amount else texts.COVERAGE[rest]
    return QuoteShown(
        amount=amount,
        place=place,
        own=own,
        rest=rest,
        left_today=terms["left"],
        asked_at=message.sent_at,
        sentence=texts.QUOTE.format(
            amount=yuan(amount),
            place=texts.ANY_PLACE if place is None else texts.PLACES[place],
            coverage=covered.format(own=yuan(own)),
        ),
    )


def _show_notice(_message: Message, card: Card, live: Live) -> ShownCard | None:
    if card.notice is None or card.notice not in texts.NOTICES:
        return None
    filled = {term: yuan(Fen(amount)) for term, amount in card.terms.items()}
    if "premium" in card.ids:
        premium = live.premiums.get(card.ids["premium"])
        if premium is None:
            return None
        filled["premium"] = _premium_in_words(premium, live)
    return NoticeShown(card.notice, texts.NOTICES[card.notice].format_map(filled))


def _premium_in_words(premium: Premium, live: Live) -> str:
    is_payer = premium.payer_id == live.person_id
    words_of = texts.PREMIUM_AS_PAYER if is_payer else texts.PREMIUM_AS_INSURED
    name = name_of(Proposal(Act.PAY, premium.binding_id), live)
    return words_of.format(name=name, year=premium.year)


def _show_help(_message: Message, card: Card, _live: Live) -> ShownCard | None:
    if card.notice is None or card.notice not in texts.HELPS:
        return None
    topics = [Topic(topic) for topic in card.terms["topics"]]
    # Cards of before have no relatives in them.
    whom = card.terms.get("whom", {})
    examples = tuple(words().example(topic, whom.get(topic)) for topic in topics)
    return HelpShown(texts.HELPS[card.notice], examples)


def _show_confirm(message: Message, card: Card, live: Live) -> ShownCard | None:
    proposal = Proposal.read(card.terms)
    if proposal.binding_id is not None and proposal.binding_id not in live.bindings:
        return None
    if proposal.premium_id is not None and proposal.premium_id not in live.premiums:
        return None
    state = confirm_state(message, proposal, live)
    is_open = state is ConfirmState.OPEN
    buttons = (_button(CONFIRM), _button(CANCEL)) if is_open else ()
    return ConfirmShown(
        act=proposal.act,
        title=texts.TITLES[proposal.act],
        sentences=tuple(_consequences(proposal, live)),
        state=state,
        expires_at=message.sent_at + CONFIRM_WITHIN,
        buttons=buttons,
    )


def _button(name: str) -> Button:
    return Button(name, texts.BUTTONS[name])


_PRESSED: Final = {
    None: ConfirmState.PENDING,
    PressOutcome.DONE: ConfirmState.DONE,
    PressOutcome.REFUSED: ConfirmState.REFUSED,
    PressOutcome.OVERTAKEN: ConfirmState.OVERTAKEN,
    PressOutcome.FAILED: ConfirmState.FAILED,
}


def confirm_state(message: Message, proposal: Proposal, live: Live) -> ConfirmState:
    """Tell how a card that asks stands: it is used once, in time, while what it showed holds."""
    if (press := live.presses.get(message.id)) is not None:
        cancelled = press.button == CANCEL and press.outcome is PressOutcome.DONE
        return ConfirmState.CANCELLED if cancelled else _PRESSED[press.outcome]
    if live.at >= message.sent_at + CONFIRM_WITHIN:
        return ConfirmState.EXPIRED
    return ConfirmState.OPEN if still_holds(proposal, live) else ConfirmState.OVERTAKEN


def still_holds(proposal: Proposal, live: Live) -> bool:
    """Tell whether what a proposal has shown is how it stands now."""
    terms = proposal.terms
    match proposal.act:
        case Act.INVITE:
            return bool(_declaration(live) == terms["declaration"])
        case Act.RESERVE:
            return live.account is not None and bool(live.account.reserve == terms["was"])
        case Act.ACCEPT if _declaration(live) != terms["declaration"]:
            return False
        case Act.ORDER if live.family is None or live.family.order_version != terms["version"]:
            return False
        case Act.PAY:
            payable = live.payable_of(proposal.binding_id, terms["year"])
            return payable is not None and payable.plan == terms["plan"] and not payable.reasons
        case Act.REFUND:
            return _is_refundable(proposal, live)
        case _:
            return may_still(proposal, _binding(proposal, live))


def _is_refundable(proposal: Proposal, live: Live) -> bool:
    premium = live.premiums.get(proposal.premium_id) if proposal.premium_id else None
    return premium is not None and bool(_refunding(premium, live))


def _declaration(live: Live) -> str | None:
    return None if live.policy is None else live.policy.declaration_version


def _consequences(proposal: Proposal, live: Live) -> Iterator[str]:
    """Say what confirming does: who pays, what stops working."""
    terms, fill = proposal.terms, _fill(proposal, live)
    match proposal.act:
        case Act.INVITE:
            yield texts.INVITE_WHOM.format_map(fill)
            yield texts.INVITE_THEN
            yield _agreement(terms["declaration"], is_sharer=True)
        case Act.ACCEPT:
            whom = texts.ACCEPT_AT if "position" in terms else texts.ACCEPT_WHOM
            yield whom.format_map(fill)
            yield texts.ACCEPT_THEN
            yield _agreement(terms["declaration"], is_sharer=False)
        case Act.END:
            as_sharer = _is_sharer(proposal, live)
            whom = texts.END_AS_SHARER if as_sharer else texts.END_AS_BENEFICIARY
            yield whom.format_map(fill)
            yield texts.END_THEN
        case Act.RESERVE:
            reserve = texts.RESERVE_SET if terms["amount"] else texts.RESERVE_NONE
            yield reserve.format_map(fill)
        case act:
            for sentence in _SENTENCES[act]:
                yield sentence.format_map(fill)


_SENTENCES: Final[dict[Act, tuple[str, ...]]] = {
    Act.DECLINE: (texts.DECLINE_WHOM,),
    Act.WITHDRAW: (texts.WITHDRAW_WHOM,),
    Act.PAUSE: (texts.PAUSE_WHOM,),
    Act.RESUME: (texts.RESUME_WHOM,),
    Act.ORDER: (texts.ORDER_WHOM, texts.ORDER_THEN),
    Act.LIMIT: (texts.LIMIT_WHOM, texts.LIMIT_THEN),
    Act.PAY: (texts.PAY_WHOM, texts.PAY_FROM, texts.PAY_THEN),
    Act.REFUND: (texts.REFUND_WHOM, texts.REFUND_THEN),
}


def _agreement(version: str, *, is_sharer: bool) -> str:
    declaration = declaration_of(version)
    if declaration is None:
        return texts.AGREES_ELSEWHERE.format(version=version)
    text = declaration.sharer if is_sharer else declaration.beneficiary
    return texts.AGREES.format(version=version, declaration=text)


def _binding(proposal: Proposal, live: Live) -> BindingView | None:
    return None if proposal.binding_id is None else live.bindings.get(proposal.binding_id)


def _is_sharer(proposal: Proposal, live: Live) -> bool:
    return isinstance(_binding(proposal, live), BindingAsSharer)


def _fill(proposal: Proposal, live: Live) -> Mapping[str, Any]:
    """Return what the sentences about a proposal need, names out of the registry."""
    terms = proposal.terms
    filled: dict[str, Any] = {"year": terms.get("year"), "position": terms.get("position")}
    if proposal.binding_id is not None:
        filled["name"] = name_of(proposal, live)
    for amount in ("amount", "from_own"):
        # A limit that is cleared has none.
        if terms.get(amount) is not None:
            filled[amount] = yuan(Fen(terms[amount]))
    if "kinship" in terms:
        filled["kinship"] = KINSHIP_NAMES[Kinship(terms["kinship"])]
        filled["id_number"] = terms["masked"]
        # Cards of before hold no name.
        filled["name"] = terms.get("masked_name", "")
    if proposal.act is Act.LIMIT:
        filled["limits"] = _limits(terms)
    if "order" in terms:
        filled["names"] = "、".join(_names_in_order(terms["order"], live))
    return filled


def _limits(terms: Mapping[str, Any]) -> str:
    """Say the limits as they will be, or, before it is asked to confirm, the one that is meant."""
    if "limit" in terms:
        return limits_in_words(read_limit(terms["limit"]))
    if terms["period"] is None:
        return texts.NO_LIMIT
    amount = texts.NO_LIMIT if terms["amount"] is None else yuan(Fen(terms["amount"]))
    return texts.LIMIT_PARTS[terms["period"]].format(amount=amount)


def name_of(proposal: Proposal, live: Live) -> str:
    """Return the masked name of the other side of what a proposal is about."""
    binding = _binding(proposal, live)
    if isinstance(binding, BindingAsSharer | BindingAsBeneficiary):
        return binding.name
    return texts.CHOICE_OF_NOBODY


def _names_in_order(order: list[str], live: Live) -> Iterator[str]:
    sharers = () if live.family is None else live.family.sharers
    names = {str(one.id): one.name for one in sharers}
    for place, binding_id in enumerate(order, start=1):
        yield f"{place}. {names.get(binding_id, texts.CHOICE_OF_NOBODY)}"


def limits_in_words(limit: Limit) -> str:
    """Say limits in Chinese."""
    parts = [
        texts.LIMIT_PARTS[period].format(amount=yuan(Fen(amount)))
        for period, amount in zip(("SETTLEMENT", "MONTH", "YEAR"), write_limit(limit), strict=True)
        if amount is not None
    ]
    return "，".join(parts) or texts.NO_LIMIT


def _show_choice(message: Message, card: Card, live: Live) -> ShownCard | None:
    """Show the options while one may be chosen, then what became of the question."""
    if message.id in live.presses:
        return ChoiceShown(texts.CHOSEN, ())
    if live.at >= message.sent_at + CONFIRM_WITHIN:
        return ChoiceShown(texts.CHOICE_EXPIRED, ())
    buttons = tuple(
        Button(f"{OPTION}:{place}", _label(proposal, live))
        for place, proposal in enumerate(read_options(card), start=1)
        if proposal.binding_id is None or proposal.binding_id in live.bindings
    )
    return ChoiceShown(texts.CHOOSE, buttons)


def _label(proposal: Proposal, live: Live) -> str:
    key: str = proposal.act
    if proposal.act is Act.ACCEPT and "position" in proposal.terms:
        key = "ACCEPT_AT"
    if proposal.act is Act.END:
        key = "END_SHARER" if _is_sharer(proposal, live) else "END_BENEFICIARY"
    return texts.CHOICES[key].format_map(_fill(proposal, live))


_SHOWING: Final[dict[CardKind, Callable[[Message, Card, Live], ShownCard | None]]] = {
    CardKind.INVITATION: _show_binding,
    CardKind.REVIEW: _show_binding,
    CardKind.BINDING: _show_binding,
    CardKind.ORDER: _show_order,
    CardKind.BENEFICIARIES: _show_beneficiaries,
    CardKind.RECEIPT: _show_settlement,
    CardKind.DRAW: _show_settlement,
    CardKind.REVERSAL: _show_settlement,
    CardKind.PREMIUM: _show_premium,
    CardKind.BALANCE: _show_balance,
    CardKind.NOTICE: _show_notice,
    CardKind.HELP: _show_help,
    CardKind.CONFIRM: _show_confirm,
    CardKind.CHOICE: _show_choice,
    CardKind.QUOTE: _show_quote,
    CardKind.STATEMENT: _show_statement,
    CardKind.PREMIUM_WINDOW: _show_premium_window,
}
