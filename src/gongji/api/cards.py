"""Cards of the chat: each a type of its own, whose fields are types that the person sees anyway.

A card stores ids only. What it shows is read when it is asked for, so that a card that was used or
overtaken shows that on every device.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import strawberry

from gongji.api.binding_types import (
    Binding,
    BindingAsBeneficiary,
    BindingAsSharer,
    show_binding,
)
from gongji.api.enums import describe_enum
from gongji.api.families import PersonalAccount
from gongji.api.limits import ListSize
from gongji.api.movements import SharedDrawType
from gongji.api.policies import DeclarationType
from gongji.api.premiums import PayablePremiumType, PremiumType, show_premium
from gongji.api.settlements import SettlementType
from gongji.chat import cards as shown
from gongji.chat.proposals import MOST_CHOICES, Act
from gongji.domain.actor import Actor
from gongji.domain.conversation import CardKind
from gongji.domain.disclosure import Coverage, OrderSource
from gongji.domain.identity import mask_name
from gongji.domain.institution import InstitutionKind
from gongji.domain.money import NOTHING, Fen
from gongji.domain.movement import MOVEMENT_NAMES, MovementKind
from gongji.domain.occasion import OccasionKind

R = TypeVar("R")

_MOST_BUTTONS: Final = MOST_CHOICES
_MOST_RELATIVES: Final = 20
"""Relatives on one card; the family account lists them all."""
_MOST_SUMMED: Final = 8
"""Relatives on a card about a month or a window; a sharer has seven where nothing else is said."""
_MOST_SENTENCES: Final = 8

describe_enum(
    Act,
    "确认卡片要办的事，以后可能增加。What a card asks to confirm; values may be added.",
    INVITE="邀请亲属。Invite a relative.",
    ACCEPT="接受邀请。Accept an invitation, or renew the consent.",
    DECLINE="拒绝邀请。Decline an invitation.",
    WITHDRAW="撤回邀请。Withdraw an invitation.",
    ORDER="调整扣款顺序。Change the order.",
    END="解除绑定。End a binding.",
    PAUSE="暂停共济。Pause a binding.",
    RESUME="恢复共济。Resume a binding.",
    LIMIT="设置限额。Set limits.",
    RESERVE="设置保留金额。Set the reserve.",
    PAY="代缴居民医保费。Pay a premium.",
    REFUND="退居民医保费。Refund a premium.",
)
describe_enum(
    OccasionKind,
    "到期的事，以后可能增加。What the calendar makes due; values may be added.",
    MONTH_ENDED="一个月结束。A month is over.",
    PREMIUM_OPENED="居民医保费开始缴纳。The window of a premium opens.",
    PREMIUM_CLOSES="居民医保费即将截止。The window of a premium is about to close.",
)
describe_enum(
    shown.ConfirmState,
    "确认卡片的状态；只有 OPEN 还能确认。State of a card that asks; only OPEN can be confirmed.",
    OPEN="等待确认。Waiting for the person.",
    PENDING="正在办理。Being done.",
    DONE="已办理。Done.",
    CANCELLED="已取消。Cancelled.",
    REFUSED="未予办理。Refused by the rules.",
    OVERTAKEN="情况已有变化。What it showed holds no more.",
    EXPIRED="已过期。Its time is over.",
    FAILED="系统出错，未能确认结果。It failed; whether it was done is to be seen elsewhere.",
)


@strawberry.type
class CardButton:
    """卡片上的按钮。A button of a card."""

    name: str = strawberry.field(
        description="按下时原样送回，不要解读。Sent back when it is pressed; opaque."
    )
    label: str = strawberry.field(description="按钮上的字。What is written on it, in Chinese.")


@strawberry.interface
class Buttoned:
    """带按钮的卡片。A card with buttons."""

    buttons: list[CardButton] = strawberry.field(
        description="此刻可以按的按钮，最多12个；用过、过期或已变化的不再出现。"
        "Buttons that can be pressed now, 12 at most; what was used or overtaken is gone.",
        directives=[ListSize(assumed_size=_MOST_BUTTONS)],
    )


@strawberry.type
class ReceivedInvitationCard(Buttoned):
    """收到的邀请。An invitation to the person."""

    binding: BindingAsBeneficiary = strawberry.field(description="邀请。The invitation.")
    declaration: DeclarationType = strawberry.field(
        description="接受即同意的承诺书。The declaration that accepting agrees to (G26)."
    )


@strawberry.type
class SentInvitationCard(Buttoned):
    """发出的邀请。An invitation of the person, as the sharer sees it."""

    binding: Binding = strawberry.field(description="邀请。The invitation.")


@strawberry.type
class ReviewCard(Buttoned):
    """核实中的共济关系。A binding whose kinship staff confirms (G20)."""

    binding: Binding = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class BindingCard(Buttoned):
    """共济关系。A binding."""

    binding: Binding = strawberry.field(description="共济关系。The binding.")


@strawberry.type
class OrderCard(Buttoned):
    """为本人共济的家人及扣款顺序。Who shares with the person, in order."""

    order_version: int = strawberry.field(description="顺序的版本号。Version of the order.")
    order_source: OrderSource = strawberry.field(
        description="扣款顺序由谁决定。Who decided the order."
    )
    sharers: list[BindingAsBeneficiary] = strawberry.field(
        description="共济人，按扣款顺序，最多20位。The sharers in order, the first 20.",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )


@strawberry.type
class BeneficiariesCard(Buttoned):
    """本人为其共济的家人。With whom the person shares."""

    beneficiaries: list[BindingAsSharer] = strawberry.field(
        description="使用人，按绑定时间，最多20位。The beneficiaries, the first 20.",
        directives=[ListSize(assumed_size=_MOST_RELATIVES)],
    )


@strawberry.type
class ReceiptCard(Buttoned):
    """本人的结算。A settled bill of the person."""

    settlement: SettlementType = strawberry.field(description="结算。The settlement.")
    advice: str | None = strawberry.field(
        description="怎样可以少付现金的中文提示；没有可做的则为空。"
        "What the person can do so that less is cash, in Chinese; null where there is nothing."
    )


@strawberry.type
class ReversalCard(Buttoned):
    """本人的结算已撤销。A bill of the person that was reversed."""

    settlement: SettlementType = strawberry.field(description="结算。The settlement.")


@strawberry.type
class DrawCard(Buttoned):
    """家人使用本人账户的一次支出。A draw on the person's account."""

    draw: SharedDrawType = strawberry.field(description="支出。The draw.")


@strawberry.type
class DrawReversalCard(Buttoned):
    """家人使用本人账户的支出已退回。A draw on the person's account that was returned."""

    draw: SharedDrawType = strawberry.field(description="支出。The draw.")


@strawberry.type
class PremiumCard(Buttoned):
    """已缴的居民医保费。A premium that was paid."""

    premium: PremiumType = strawberry.field(description="保费。The premium.")


@strawberry.type
class PayablePremiumCard(Buttoned):
    """可缴的居民医保费，含缴费期。A premium that could be paid, with its window."""

    payable: PayablePremiumType = strawberry.field(description="保费。The premium.")


@strawberry.type
class BalanceCard(Buttoned):
    """某一时刻的本人个人账户。The person's own account as it was at a moment."""

    account: PersonalAccount = strawberry.field(description="账户。The account.")
    read_at: datetime = strawberry.field(
        description="余额的时间，即读取的时间；账户有变动时卡片会更新。"
        "When it was read; the card is told of as changed whenever money moves."
    )


@strawberry.type
class PremiumWindowCard(Buttoned):
    """居民医保费开始缴纳或即将截止。A window that opens or is about to close (G14)."""

    occasion: OccasionKind = strawberry.field(description="开始还是截止。Which of the two.")
    year: int = strawberry.field(description="待遇年度。The benefit year.")
    sentence: str = strawberry.field(description="中文通知。The sentence, in Chinese.")
    payables: list[PayablePremiumType] = strawberry.field(
        description="还没有缴费的家人，最多8位。Relatives whose premium is not paid, the first 8.",
        directives=[ListSize(assumed_size=_MOST_SUMMED)],
    )


@strawberry.type
class StatementEntry:
    """一个月内一类明细的合计。The entries of one kind in a month, summed up."""

    kind: MovementKind = strawberry.field(description="类别。The kind.")
    name: str = strawberry.field(description="类别的中文名称。Its name in Chinese.")
    count: int = strawberry.field(description="笔数。How many.")
    amount_fen: Fen = strawberry.field(
        description="合计（分），不带正负号，方向见类别。Fen in all; the kind tells which way."
    )


@strawberry.type
class StatementDraws:
    """一个月内一位家人使用的合计。What one relative drew in a month, summed up."""

    name: str = strawberry.field(description="家人的姓名，已隐去部分。The relative, masked.")
    count: int = strawberry.field(description="笔数。How many.")
    amount_fen: Fen = strawberry.field(description="合计（分）。Fen in all.")
    returned_fen: Fen = strawberry.field(
        description="其中已退回的（分）。Fen of it that were returned since."
    )


@strawberry.type
class StatementCard(Buttoned):
    """本人个人账户一个月的汇总。A month of the person's own account, summed up."""

    year: int = strawberry.field(description="年。The year.")
    month: int = strawberry.field(description="月。The month.")
    entries: list[StatementEntry] = strawberry.field(
        description="各类明细的合计，最多8类。Sums by kind of entry, 8 at most.",
        directives=[ListSize(assumed_size=len(MovementKind))],
    )
    draws: list[StatementDraws] = strawberry.field(
        description="各位家人使用的合计，最多8位。Sums by relative, the first 8.",
        directives=[ListSize(assumed_size=_MOST_SUMMED)],
    )
    balance_fen: Fen = strawberry.field(
        description="月末余额（分）；当月未结束的为目前余额。Fen at the end of the month, or now."
    )


@strawberry.type
class QuoteCard(Buttoned):
    """试算的答复，只说明当时。The answer to a quote, as it was when it was asked (G18)."""

    amount_fen: Fen = strawberry.field(description="所问的金额（分）。Fen that were asked about.")
    place: InstitutionKind | None = strawberry.field(
        description="机构类别，没有说明则为空。The kind of place; null where none was named."
    )
    own_fen: Fen = strawberry.field(description="本人账户可付（分）。Fen of the own account.")
    rest: Coverage = strawberry.field(
        description="其余能否由共济支付。Whether sharers pay the rest."
    )
    left_today: int = strawberry.field(
        description="当时当天还可试算的次数。Quotes that were left on that day."
    )
    asked_at: datetime = strawberry.field(description="试算的时间。When it was asked.")
    sentence: str = strawberry.field(description="中文说明。The answer, in Chinese.")


@strawberry.type
class NoticeCard(Buttoned):
    """一句通知。A sentence."""

    notice: str = strawberry.field(description="通知的代码。Stable code.")
    sentence: str = strawberry.field(description="中文通知。The sentence, in Chinese.")


@strawberry.type
class HelpCard(Buttoned):
    """可以怎么说。What can be said."""

    sentence: str = strawberry.field(description="引导的话。The sentence above the examples.")
    examples: list[str] = strawberry.field(
        description="例句，可直接发送，最多20句。Sentences that can be sent, 20 at most.",
        directives=[ListSize(assumed_size=20)],
    )


@strawberry.type
class ConfirmCard(Buttoned):
    """请本人确认的事及其后果；只能用一次。Something to be confirmed, once, with what it does."""

    act: Act = strawberry.field(description="要办的事。What is asked.")
    title: str = strawberry.field(description="标题。Title, in Chinese.")
    sentences: list[str] = strawberry.field(
        description="会发生什么，最多8句。What confirming does, 8 sentences at most.",
        directives=[ListSize(assumed_size=_MOST_SENTENCES)],
    )
    state: shown.ConfirmState = strawberry.field(description="此刻的状态。State as it is now.")
    state_sentence: str = strawberry.field(description="状态的中文说明。The state in Chinese.")
    expires_at: datetime = strawberry.field(
        description="确认的截止时间（不含）。Exclusive end of the time to confirm."
    )


@strawberry.type
class ChoiceCard(Buttoned):
    """意思不止一种时反问。Asks which of several things is meant."""

    question: str = strawberry.field(
        description="问题；用过或过期后说明。The question, in Chinese, and what became of it."
    )


Card = Annotated[
    ReceivedInvitationCard
    | SentInvitationCard
    | ReviewCard
    | BindingCard
    | OrderCard
    | BeneficiariesCard
    | ReceiptCard
    | ReversalCard
    | DrawCard
    | DrawReversalCard
    | PremiumCard
    | PayablePremiumCard
    | PremiumWindowCard
    | BalanceCard
    | StatementCard
    | QuoteCard
    | NoticeCard
    | HelpCard
    | ConfirmCard
    | ChoiceCard,
    strawberry.union(
        "Card",
        description="卡片，按此刻的样子显示，以后可能增加。"
        "A card, as it stands now for whoever reads it; kinds may be added.",
    ),
]

_BINDING_CARDS: Final[dict[CardKind, type[Any]]] = {
    CardKind.INVITATION: SentInvitationCard,
    CardKind.REVIEW: ReviewCard,
    CardKind.BINDING: BindingCard,
}


def wrap_card(card: shown.ShownCard, viewer: Actor) -> Any:
    """Return a card as the type of its kind and its viewer."""
    buttons = [CardButton(name=one.name, label=one.label) for one in card.buttons]
    match card:
        case shown.ReceivedInvitation() | shown.BindingShown():
            return _show_binding_card(card, buttons)
        case shown.OrderShown() | shown.BeneficiariesShown():
            return _show_family(card, buttons)
        case shown.ReceiptShown() | shown.DrawShown():
            return _show_bill(card, buttons)
        case shown.PremiumShown() | shown.PayableShown() | shown.PremiumWindowShown():
            return _show_premium_card(card, buttons, viewer)
        case shown.BalanceShown() | shown.StatementShown() | shown.QuoteShown():
            return _show_account(card, buttons)
        case _:
            return _show_words(card, buttons)


def _show_binding_card(
    card: shown.ReceivedInvitation | shown.BindingShown, buttons: list[CardButton]
) -> Any:
    match card:
        case shown.ReceivedInvitation():
            declaration = DeclarationType.of(card.declaration_version)
            binding = BindingAsBeneficiary.of(card.binding)
            return ReceivedInvitationCard(binding=binding, declaration=declaration, buttons=buttons)
        case shown.BindingShown():
            make = _BINDING_CARDS[card.kind]
            return make(binding=show_binding(card.binding), buttons=buttons)


def _show_family(
    card: shown.OrderShown | shown.BeneficiariesShown, buttons: list[CardButton]
) -> Any:
    family = card.family
    match card:
        case shown.OrderShown():
            return OrderCard(
                order_version=family.order_version,
                order_source=family.order_source,
                sharers=[BindingAsBeneficiary.of(one) for one in _first(family.sharers)],
                buttons=buttons,
            )
        case shown.BeneficiariesShown():
            beneficiaries = [BindingAsSharer.of(one) for one in _first(family.beneficiaries)]
            return BeneficiariesCard(beneficiaries=beneficiaries, buttons=buttons)


def _show_bill(card: shown.ReceiptShown | shown.DrawShown, buttons: list[CardButton]) -> Any:
    make: Callable[..., Any]
    match card:
        case shown.ReceiptShown():
            settlement = SettlementType.of(card.settlement)
            if card.is_reversal:
                return ReversalCard(settlement=settlement, buttons=buttons)
            return ReceiptCard(settlement=settlement, advice=card.advice, buttons=buttons)
        case shown.DrawShown():
            make = DrawReversalCard if card.is_reversal else DrawCard
            return make(draw=SharedDrawType.of(card.draw), buttons=buttons)


def _show_premium_card(
    card: shown.PremiumShown | shown.PayableShown | shown.PremiumWindowShown,
    buttons: list[CardButton],
    viewer: Actor,
) -> Any:
    match card:
        case shown.PremiumShown():
            return PremiumCard(premium=show_premium(card.premium, viewer), buttons=buttons)
        case shown.PayableShown():
            payable = PayablePremiumType.of(card.payable)
            return PayablePremiumCard(payable=payable, buttons=buttons)
        case shown.PremiumWindowShown():
            return PremiumWindowCard(
                occasion=OccasionKind(card.occasion),
                year=card.year,
                sentence=card.sentence,
                payables=[PayablePremiumType.of(one) for one in card.payables[:_MOST_SUMMED]],
                buttons=buttons,
            )


def _show_account(
    card: shown.BalanceShown | shown.StatementShown | shown.QuoteShown, buttons: list[CardButton]
) -> Any:
    match card:
        case shown.BalanceShown():
            account = PersonalAccount.of(card.account)
            return BalanceCard(account=account, read_at=card.read_at, buttons=buttons)
        case shown.StatementShown():
            return _show_statement(card, buttons)
        case shown.QuoteShown():
            return QuoteCard(
                amount_fen=card.amount,
                place=card.place,
                own_fen=card.own,
                rest=card.rest,
                left_today=card.left_today,
                asked_at=card.asked_at,
                sentence=card.sentence,
                buttons=buttons,
            )


def _show_statement(card: shown.StatementShown, buttons: list[CardButton]) -> StatementCard:
    month = card.month
    return StatementCard(
        year=card.first.year,
        month=card.first.month,
        entries=[
            StatementEntry(
                kind=one.kind,
                name=MOVEMENT_NAMES[one.kind],
                count=one.count,
                amount_fen=one.amount,
            )
            for one in month.entries
        ],
        draws=[
            StatementDraws(
                name=mask_name(one.name),
                count=one.count,
                amount_fen=one.amount,
                returned_fen=one.returned,
            )
            for one in month.draws[:_MOST_SUMMED]
        ],
        balance_fen=NOTHING if month.balance is None else month.balance,
        buttons=buttons,
    )


def _first(relatives: Sequence[R]) -> Sequence[R]:
    """Return as many relatives as a card lists."""
    return relatives[:_MOST_RELATIVES]


def _show_words(
    card: shown.NoticeShown | shown.HelpShown | shown.ConfirmShown | shown.ChoiceShown,
    buttons: list[CardButton],
) -> Any:
    match card:
        case shown.NoticeShown():
            return NoticeCard(notice=card.notice, sentence=card.sentence, buttons=buttons)
        case shown.HelpShown():
            examples = list(card.examples)
            return HelpCard(sentence=card.sentence, examples=examples, buttons=buttons)
        case shown.ConfirmShown():
            return ConfirmCard(
                act=card.act,
                title=card.title,
                sentences=list(card.sentences),
                state=card.state,
                state_sentence=card.state_sentence,
                expires_at=card.expires_at,
                buttons=buttons,
            )
        case shown.ChoiceShown():
            return ChoiceCard(question=card.question, buttons=buttons)
