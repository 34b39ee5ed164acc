"""Buttons of a binding's card, in every state and for both sides."""

from datetime import timedelta
from typing import Any

import pytest

from gongji.chat.cards import NoticeShown, buttons_of_binding, limits_in_words, show_card
from gongji.chat.live import Live
from gongji.chat.proposals import Act, Proposal, may_still, read_limit, write_limit
from gongji.domain.binding import BindingStatus, Limit, Used
from gongji.domain.conversation import Author, Card, CardKind, Message
from gongji.domain.disclosure import Availability
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.usecases.views.bindings import BindingAsBeneficiary, BindingAsSharer
from tests.builders import named_id
from tests.world import NOON

ALIKE: dict[str, Any] = {
    "id": named_id("binding"),
    "name": "王*兰",
    "kinship": Kinship.SPOUSE,
    "invited_at": NOON,
    "expires_at": NOON + timedelta(days=7),
    "accepted_at": None,
    "ended_at": None,
}


def as_sharer(status: BindingStatus) -> BindingAsSharer:
    return BindingAsSharer(**ALIKE, status=status, limit=Limit(), used=Used(), is_suspended=False)


def as_beneficiary(status: BindingStatus, *, awaits: bool = False) -> BindingAsBeneficiary:
    return BindingAsBeneficiary(
        **ALIKE,
        status=status,
        rank=None,
        availability=Availability.ENOUGH,
        awaits_own_consent=awaits,
    )


SHARERS = {
    BindingStatus.INVITED: ["WITHDRAW"],
    BindingStatus.IN_REVIEW: ["END"],
    BindingStatus.ACTIVE: ["PAUSE", "END"],
    BindingStatus.PAUSED: ["RESUME", "END"],
}
BENEFICIARIES = {
    BindingStatus.INVITED: ["ACCEPT:v1", "DECLINE"],
    BindingStatus.IN_REVIEW: ["END"],
    BindingStatus.ACTIVE: ["END"],
}


@pytest.mark.parametrize("status", BindingStatus)
def test_what_each_side_may_do_in_a_state(status: BindingStatus) -> None:
    def names(binding: BindingAsSharer | BindingAsBeneficiary) -> list[str]:
        return [one.name for one in buttons_of_binding(binding, declaration_version="v1")]

    assert names(as_sharer(status)) == SHARERS.get(status, [])
    assert names(as_beneficiary(status)) == BENEFICIARIES.get(status, [])


def test_who_came_of_age_may_confirm_anew() -> None:
    binding = as_beneficiary(BindingStatus.ACTIVE, awaits=True)

    names = [one.name for one in buttons_of_binding(binding, declaration_version="v1")]

    assert names == ["ACCEPT:v1", "END"]


def test_without_a_declaration_nothing_can_be_agreed_to() -> None:
    buttons = buttons_of_binding(as_beneficiary(BindingStatus.INVITED), declaration_version="")

    assert [one.name for one in buttons] == ["DECLINE"]


@pytest.mark.parametrize("status", BindingStatus)
def test_every_button_leads_to_what_may_still_be_done(status: BindingStatus) -> None:
    for binding in (as_sharer(status), as_beneficiary(status)):
        for button in buttons_of_binding(binding, declaration_version="v1"):
            act = Act(button.name.partition(":")[0])
            assert may_still(Proposal(act, binding.id), binding)


def test_nothing_may_be_done_to_what_cannot_be_seen() -> None:
    for act in Act:
        assert not may_still(Proposal(act, named_id("binding")), None)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (Limit(), "不限"),
        (Limit(Fen(1), None, Fen(2_000_00)), "每次¥0.01，每年¥2,000.00"),
        (Limit(None, Fen(0)), "每月¥0.00"),
    ],
)
def test_limits_are_written_and_said(limit: Limit, said: str) -> None:
    assert read_limit(write_limit(limit)) == limit
    assert limits_in_words(limit) == said


def test_a_proposal_comes_back_as_it_was_written() -> None:
    for binding_id in (None, named_id("binding")):
        proposal = Proposal(Act.RESERVE, binding_id, {"amount": 1, "was": 0})
        assert Proposal.read(proposal.written()) == proposal


def test_accepting_an_invitation_offers_the_places_that_there_are() -> None:
    invited = as_beneficiary(BindingStatus.INVITED)
    renewing = as_beneficiary(BindingStatus.ACTIVE, awaits=True)

    assert [one.name for one in buttons_of_binding(invited, "v1", (1, 2, 3))] == [
        *("ACCEPT@1:v1", "ACCEPT@2:v1", "ACCEPT@3:v1", "DECLINE")
    ]
    # Who renews a consent keeps the place.
    assert buttons_of_binding(renewing, "v1", (1, 2)) == buttons_of_binding(renewing, "v1")
    assert [one.name for one in buttons_of_binding(invited, "", (1, 2))] == ["DECLINE"]


def test_a_low_balance_is_told_with_the_line_and_no_balance() -> None:
    card = Card(CardKind.NOTICE, {}, notice="LOW_BALANCE", terms={"below": 100_00})

    shown = show_card(message(card), Live(NOON))

    assert isinstance(shown, NoticeShown)
    assert shown.sentence == (
        "您的个人账户余额已低于¥100.00；余额用完后，费用由家人的共济或个人现金支付。"
    )


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        ("LOW_BALANCE_ALONE", "您的个人账户余额已低于¥100.00；余额用完后，费用由个人现金支付。"),
        ("BALANCE_USED_UP", "您的个人账户余额已用完；以后的费用由家人的共济或个人现金支付。"),
        (
            "BALANCE_USED_UP_ALONE",
            "您的个人账户余额已用完；以后的费用由个人现金支付，也可以请家人邀请您共济。",
        ),
    ],
)
def test_nobodys_help_is_promised_and_what_is_empty_is_not_called_low(
    notice: str, sentence: str
) -> None:
    card = Card(CardKind.NOTICE, {}, notice=notice, terms={"below": 100_00})

    shown = show_card(message(card), Live(NOON))

    assert isinstance(shown, NoticeShown)
    assert shown.sentence == sentence


@pytest.mark.parametrize("name", [None, "RENAMED", "CANCELLED", "__name__"])
@pytest.mark.parametrize("kind", [CardKind.NOTICE, CardKind.HELP])
def test_a_card_whose_sentence_is_gone_says_so(kind: CardKind, name: str | None) -> None:
    card = Card(kind, {}, notice=name, terms={"topics": []})

    shown = show_card(message(card), Live(NOON))

    assert isinstance(shown, NoticeShown)
    assert (shown.notice, shown.sentence) == ("NOT_SHOWN", "这项内容已无法查看。")


def message(card: Card) -> Message:
    return Message(named_id("message"), named_id("own"), 1, 1, Author.SERVICE, None, card, NOON)
