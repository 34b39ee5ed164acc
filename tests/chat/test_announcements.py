"""Who hears of which event: every kind has its line, and nobody hears more than they may (G18)."""

from dataclasses import replace
from uuid import UUID

import pytest

from gongji.chat import texts
from gongji.chat.announcements import (
    HEARINGS,
    LOW_BALANCE,
    LOW_NOTICES,
    ORDER_TO_SET,
    announcements,
)
from gongji.domain.conversation import Card, CardKind, Likeness
from gongji.domain.events import Event, EventKind, LowBalance, RecordedEvent
from gongji.domain.money import Fen
from tests.builders import named_id

SUBJECT, SHARER, OTHER = named_id("own"), named_id("A"), named_id("B")
BINDING, SETTLEMENT, PREMIUM = named_id("binding"), named_id("settlement"), named_id("premium")
ACCOUNT = named_id("account")

OF_BINDING = {"binding": BINDING}
OF_PREMIUM = {"premium": PREMIUM, "binding": BINDING}
OF_REVERSAL = {"settlement": SETTLEMENT, "reversal": named_id("reversal")}
OF_ACCOUNT = {"account": ACCOUNT}

Told = tuple[EventKind, dict[str, UUID], CardKind | None, CardKind | None]
TOLD: tuple[Told, ...] = (
    (EventKind.RELATIVE_INVITED, OF_BINDING, CardKind.INVITATION, CardKind.INVITATION),
    (EventKind.INVITATION_ACCEPTED, OF_BINDING, CardKind.BINDING, CardKind.BINDING),
    (EventKind.INVITATION_SENT_TO_REVIEW, OF_BINDING, CardKind.REVIEW, CardKind.REVIEW),
    (EventKind.INVITATION_DECLINED, OF_BINDING, CardKind.INVITATION, CardKind.INVITATION),
    (EventKind.INVITATION_WITHDRAWN, OF_BINDING, CardKind.INVITATION, CardKind.INVITATION),
    (EventKind.INVITATION_EXPIRED, OF_BINDING, CardKind.INVITATION, CardKind.INVITATION),
    (EventKind.KINSHIP_CONFIRMED, OF_BINDING, CardKind.BINDING, CardKind.BINDING),
    (EventKind.KINSHIP_REFUSED, OF_BINDING, CardKind.REVIEW, CardKind.REVIEW),
    (EventKind.CONSENT_RENEWED, OF_BINDING, CardKind.BINDING, CardKind.BINDING),
    (EventKind.BINDING_PAUSED, OF_BINDING, None, CardKind.BINDING),
    (EventKind.BINDING_RESUMED, OF_BINDING, None, CardKind.BINDING),
    (EventKind.BINDING_ENDED, OF_BINDING, CardKind.BINDING, CardKind.BINDING),
    (EventKind.LIMIT_SET, OF_BINDING, None, CardKind.BINDING),
    (EventKind.RESERVE_SET, OF_ACCOUNT, CardKind.BALANCE, None),
    (EventKind.ORDER_CHANGED, {}, CardKind.ORDER, None),
    (EventKind.BILL_SETTLED, {"settlement": SETTLEMENT}, CardKind.RECEIPT, CardKind.DRAW),
    (EventKind.SETTLEMENT_REVERSED, OF_REVERSAL, CardKind.REVERSAL, CardKind.REVERSAL),
    (EventKind.PREMIUM_DEBITED, OF_PREMIUM, CardKind.PREMIUM, CardKind.PREMIUM),
    (EventKind.PREMIUM_CONFIRMED, OF_PREMIUM, CardKind.NOTICE, CardKind.NOTICE),
    (EventKind.PREMIUM_FAILED, OF_PREMIUM, CardKind.NOTICE, CardKind.NOTICE),
    (EventKind.PREMIUM_REFUNDED, OF_PREMIUM, CardKind.NOTICE, CardKind.NOTICE),
    (EventKind.CONTRIBUTION_BOOKED, OF_ACCOUNT, None, None),
    (EventKind.PERSON_STATUS_CHANGED, {"person": SUBJECT}, CardKind.NOTICE, None),
    (EventKind.ACCOUNT_STATUS_CHANGED, OF_ACCOUNT, CardKind.NOTICE, None),
)
"""Kind and ids of an event; the card of its subject, the card of its sharers."""


def recorded(kind: EventKind, ids: dict[str, UUID], *sharers: UUID) -> RecordedEvent:
    return RecordedEvent(named_id("event"), 1, Event(kind, SUBJECT, ids), sharers)


def test_every_kind_of_event_has_its_line() -> None:
    assert set(HEARINGS) == set(EventKind)
    assert {kind for kind, *_ in TOLD} == set(EventKind)


@pytest.mark.parametrize(("kind", "ids", "subject", "sharer"), TOLD, ids=[row[0] for row in TOLD])
def test_each_kind_is_told_to_these_and_to_nobody_else(
    kind: EventKind, ids: dict[str, UUID], subject: CardKind | None, sharer: CardKind | None
) -> None:
    said = announcements(recorded(kind, ids, SHARER))

    expected = {SUBJECT: subject, SHARER: sharer}
    assert [(one.person_id, one.card.kind) for one in said if one.card is not None] == [
        (person, card) for person, card in expected.items() if card is not None
    ]


@pytest.mark.parametrize(("kind", "ids", "subject", "sharer"), TOLD, ids=[row[0] for row in TOLD])
def test_a_card_holds_the_events_ids_and_no_other_sharer(
    kind: EventKind, ids: dict[str, UUID], subject: CardKind | None, sharer: CardKind | None
) -> None:
    for one in announcements(recorded(kind, ids, SHARER, OTHER)):
        if one.card is None:
            continue
        assert one.card.ids == ids
        assert one.card.notice == (kind if one.card.kind is CardKind.NOTICE else None)
        assert not {SHARER, OTHER} & set(one.card.ids.values())


def test_every_notice_has_its_sentence() -> None:
    named = {kind for kind, hearing in HEARINGS.items() if hearing.subject is CardKind.NOTICE}

    assert named
    assert {*named, *LOW_NOTICES.values(), ORDER_TO_SET} <= set(texts.NOTICES)


def test_everybody_who_was_drawn_from_hears_once() -> None:
    settled = recorded(EventKind.BILL_SETTLED, {"settlement": SETTLEMENT}, SHARER, OTHER, SHARER)

    assert [one.person_id for one in announcements(settled)] == [SUBJECT, SHARER, OTHER]


def test_a_pause_moves_no_card_of_the_beneficiary() -> None:
    (said,) = announcements(recorded(EventKind.BINDING_PAUSED, OF_BINDING, SHARER))

    assert said.person_id == SHARER
    assert said.stale == (Likeness(ids=OF_BINDING),)


def test_earlier_cards_about_the_same_change_for_each_who_has_one() -> None:
    accepted = announcements(recorded(EventKind.INVITATION_ACCEPTED, OF_BINDING, SHARER))
    reversed_ = announcements(recorded(EventKind.SETTLEMENT_REVERSED, OF_REVERSAL, SHARER))
    paid = announcements(recorded(EventKind.PREMIUM_DEBITED, OF_PREMIUM, SHARER))

    # The order is the beneficiary's alone.
    assert [one.stale for one in accepted] == [
        (Likeness(ids=OF_BINDING), Likeness(CardKind.ORDER)),
        (Likeness(ids=OF_BINDING),),
    ]
    both = (Likeness(ids={"settlement": SETTLEMENT}), Likeness(CardKind.BALANCE))
    assert [one.stale for one in reversed_] == [both] * 2
    # Only those whose accounts paid have another balance, and less to pay.
    assert [one.stale for one in paid] == [
        (Likeness(CardKind.PREMIUM, OF_BINDING),),
        (
            Likeness(CardKind.PREMIUM, OF_BINDING),
            Likeness(CardKind.PREMIUM_WINDOW),
            Likeness(CardKind.BALANCE),
        ),
    ]


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        (EventKind.BILL_SETTLED, {"settlement": SETTLEMENT}),
        (EventKind.SETTLEMENT_REVERSED, OF_REVERSAL),
        (EventKind.PREMIUM_DEBITED, OF_PREMIUM),
        (EventKind.PREMIUM_FAILED, OF_PREMIUM),
        (EventKind.PREMIUM_REFUNDED, OF_PREMIUM),
    ],
)
def test_a_balance_that_was_shown_is_stale_once_money_moved(
    kind: EventKind, ids: dict[str, UUID]
) -> None:
    said = {one.person_id: one.stale for one in announcements(recorded(kind, ids, SHARER))}

    assert Likeness(CardKind.BALANCE) in said[SHARER]


def test_a_contribution_is_no_message_and_makes_the_balance_stale() -> None:
    (said,) = announcements(recorded(EventKind.CONTRIBUTION_BOOKED, OF_ACCOUNT))

    assert (said.person_id, said.card) == (SUBJECT, None)
    assert said.stale == (Likeness(CardKind.BALANCE),)


def test_a_low_balance_is_told_to_its_owner_alone_beside_the_event() -> None:
    settled = replace(
        recorded(EventKind.BILL_SETTLED, {"settlement": SETTLEMENT}, SHARER, OTHER),
        low=(LowBalance(OTHER, Fen(100_00), is_used_up=False, is_shared_with=True),),
    )
    *_, event, low = announcements(settled)

    assert (event.person_id, low.person_id) == (OTHER, OTHER)
    assert low.card == Card(CardKind.NOTICE, {}, notice=LOW_BALANCE, terms={"below": 100_00})
    assert low.draft(settled.id).event_id not in {None, event.draft(settled.id).event_id}
