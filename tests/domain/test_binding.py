"""The binding: its moves, its consent, its limits, its place in the order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.domain.binding import (
    LIVE,
    MOVES,
    OPEN,
    BindingStatus,
    Capacity,
    Limit,
    Move,
    Used,
    barred_by_binding,
    check_order,
    expiry,
    order_with,
    rank_key,
)
from gongji.domain.deduction import Skip
from gongji.domain.errors import Refusal
from gongji.domain.money import Fen
from tests.builders import NOW, binding, consent, invitation, named_id
from tests.domain.strategies import LAW

SECOND = timedelta(seconds=1)
FINAL = set(BindingStatus) - OPEN


@pytest.mark.parametrize(("status", "move"), list(product(BindingStatus, Move)))
def test_only_the_moves_of_the_table_are_legal(status: BindingStatus, move: Move) -> None:
    before = invitation(status=status)
    if (status, move) in MOVES and move is not Move.EXPIRE:
        assert before.after(move, at=NOW).status is MOVES[status, move]
    else:
        with pytest.raises(Refusal, match="MOVE_NOT_ALLOWED"):
            before.after(move, at=NOW)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_nothing_leaves_a_final_state(status: BindingStatus) -> None:
    assert not [move for (start, move) in MOVES if start is status]


def test_what_is_live_is_open() -> None:
    assert LIVE < OPEN


def test_the_five_final_states_carry_the_time_of_ending() -> None:
    for (status, move), to in MOVES.items():
        at = NOW + timedelta(days=7) if move is Move.EXPIRE else NOW
        assert invitation(status=status).after(move, at=at).ended_at == (
            at if to in FINAL else None
        )


class TestExpiry:
    def test_the_last_moment_no_longer_counts(self) -> None:
        sent = invitation()
        before, last = sent.expires_at - SECOND, sent.expires_at
        assert (sent.has_expired(before), sent.has_expired(last)) == (False, True)
        assert sent.status_at(before) is BindingStatus.INVITED
        assert sent.status_at(last) is BindingStatus.EXPIRED

    def test_it_is_a_week_of_hours_by_the_clock(self) -> None:
        assert expiry(NOW, hours=168) == NOW + timedelta(days=7)

    @pytest.mark.parametrize("status", sorted(OPEN - {BindingStatus.INVITED} | FINAL))
    def test_only_an_invitation_expires(self, status: BindingStatus) -> None:
        old = invitation(status=status)
        assert old.status_at(old.expires_at) is status

    @pytest.mark.parametrize(
        "move", [Move.ACCEPT, Move.ACCEPT_FOR_REVIEW, Move.DECLINE, Move.WITHDRAW]
    )
    def test_an_expired_invitation_can_no_longer_be_answered(self, move: Move) -> None:
        sent = invitation()
        with pytest.raises(Refusal, match="INVITATION_EXPIRED"):
            sent.after(move, at=sent.expires_at)

    @pytest.mark.parametrize("move", [Move.EXPIRE, Move.END_BY_NEWS])
    def test_an_expired_invitation_stays_expired_even_when_news_comes(self, move: Move) -> None:
        sent = invitation()
        assert sent.after(move, at=sent.expires_at).status is BindingStatus.EXPIRED

    def test_no_sweep_expires_an_invitation_early(self) -> None:
        sent = invitation()
        with pytest.raises(Refusal, match="MOVE_NOT_ALLOWED"):
            sent.after(Move.EXPIRE, at=sent.expires_at - SECOND)

    def test_news_ends_an_invitation_that_still_runs(self) -> None:
        assert invitation().after(Move.END_BY_NEWS, at=NOW).status is BindingStatus.ENDED


class TestAcceptance:
    def test_it_is_live_at_once_with_the_consent_that_was_given(self) -> None:
        given_now = consent(at=NOW)
        accepted = invitation().accepted(given_now, for_review=False)
        assert accepted.status is BindingStatus.ACTIVE
        assert (accepted.beneficiary_consent, accepted.accepted_at) == (given_now, NOW)

    def test_in_review_it_is_not_accepted_yet_but_the_consent_is_kept(self) -> None:
        reviewed = invitation().accepted(consent(at=NOW), for_review=True)
        assert (reviewed.status, reviewed.accepted_at) == (BindingStatus.IN_REVIEW, None)
        assert reviewed.beneficiary_consent == consent(at=NOW)

    def test_confirmed_by_staff_it_becomes_live_then(self) -> None:
        reviewed = invitation().accepted(consent(at=NOW), for_review=True)
        later = NOW + timedelta(days=2)
        assert reviewed.after(Move.CONFIRM_KINSHIP, at=later).accepted_at == later

    def test_a_pause_does_not_touch_the_time_of_acceptance(self) -> None:
        paused = binding().after(Move.PAUSE, at=NOW)
        assert paused.after(Move.RESUME, at=NOW + SECOND) == binding()

    def test_a_second_acceptance_finds_nothing_to_accept(self) -> None:
        accepted = invitation().accepted(consent(at=NOW), for_review=False)
        with pytest.raises(Refusal, match="MOVE_NOT_ALLOWED"):
            accepted.accepted(consent(at=NOW), for_review=False)

    @pytest.mark.parametrize("refused", [Move.DECLINE, Move.WITHDRAW])
    def test_a_refused_invitation_cannot_be_accepted_later(self, refused: Move) -> None:
        with pytest.raises(Refusal, match="MOVE_NOT_ALLOWED"):
            invitation().after(refused, at=NOW).accepted(consent(at=NOW), for_review=False)


def test_both_sides_are_party_and_nobody_else() -> None:
    assert binding("A").is_party(named_id("A"))
    assert binding("A").is_party(named_id("own"))
    assert not binding("A").is_party(named_id("B"))


class TestChildOfAge:
    sixteenth = date(2025, 11, 11)
    born = date(2009, 11, 11)
    guarded = binding(beneficiary_consent=consent(capacity=Capacity.GUARDIAN))

    def awaits(self, *, at: datetime = NOW) -> bool:
        return self.guarded.awaits_own_consent(birth=self.born, adult_at=16, at=at)

    def test_sharing_waits_from_the_sixteenth_birthday_in_shanghai(self) -> None:
        midnight = datetime(2025, 11, 10, 16, tzinfo=UTC)
        assert self.awaits(at=midnight)
        assert not self.awaits(at=midnight - SECOND)

    @pytest.mark.parametrize("capacity", [Capacity.SELF, Capacity.PROXY])
    def test_who_consented_alone_or_by_proxy_confirms_nothing(self, capacity: Capacity) -> None:
        alone = binding(beneficiary_consent=consent(capacity=capacity))
        assert not alone.awaits_own_consent(birth=self.born, adult_at=16, at=NOW)

    def test_an_invitation_awaits_no_renewal(self) -> None:
        sent = replace(self.guarded, status=BindingStatus.IN_REVIEW)
        assert not sent.awaits_own_consent(birth=self.born, adult_at=16, at=NOW)
        assert not invitation().awaits_own_consent(birth=self.born, adult_at=16, at=NOW)

    def test_meanwhile_the_binding_is_as_good_as_paused(self) -> None:
        assert barred_by_binding(self.guarded, awaits_consent=True) is Skip.PAUSED
        assert barred_by_binding(self.guarded, awaits_consent=False) is None

    def test_a_paused_binding_is_barred(self) -> None:
        paused = binding(status=BindingStatus.PAUSED)
        assert barred_by_binding(paused, awaits_consent=False) is Skip.PAUSED


class TestLimits:
    def test_without_limits_nothing_is_bounded(self) -> None:
        assert Limit().left(Used(Fen(9), Fen(9))) is None
        assert not Limit().is_set

    @pytest.mark.parametrize(
        ("limit", "left"),
        [
            (Limit(per_settlement=Fen(10)), 10),
            (Limit(per_month=Fen(10)), 7),
            (Limit(per_year=Fen(10)), 4),
            (Limit(Fen(5), Fen(10), Fen(100)), 5),
            (Limit(Fen(0)), 0),
            (Limit(per_month=Fen(2)), 0),
        ],
    )
    def test_the_tightest_limit_is_what_is_left(self, limit: Limit, left: int) -> None:
        assert limit.left(Used(in_month=Fen(3), in_year=Fen(6))) == left
        assert limit.is_set

    def test_a_draw_is_used_in_month_and_year(self) -> None:
        assert Used(Fen(1), Fen(2)).plus(Fen(3)) == Used(Fen(4), Fen(5))

    def test_a_reversal_gives_the_limit_back(self) -> None:
        assert Limit(per_month=Fen(10)).left(Used(Fen(7)).plus(Fen(-7))) == 10


class TestOrder:
    def test_positions_come_first_then_the_time_of_acceptance_then_the_id(self) -> None:
        early, late = NOW - timedelta(days=2), NOW - timedelta(days=1)
        placed = binding("A", position=2, accepted_at=late)
        first = binding("B", position=1, accepted_at=late)
        unplaced_early = binding("C", position=None, accepted_at=early)
        tied = sorted(
            (binding(x, position=None, accepted_at=late) for x in "DE"), key=lambda b: b.id
        )
        everyone = [tied[1], unplaced_early, placed, tied[0], first]
        assert sorted(everyone, key=rank_key) == [first, placed, unplaced_early, *tied]

    def test_what_was_never_accepted_is_placed_by_its_invitation(self) -> None:
        assert rank_key(invitation())[2] == invitation().invited_at

    ids = tuple(named_id(x) for x in "ABC")
    new = named_id("new")

    @pytest.mark.parametrize(("position", "place"), [(None, 3), (1, 0), (2, 1), (4, 3)])
    def test_a_new_binding_is_appended_or_placed(self, position: int | None, place: int) -> None:
        expected = list(self.ids)
        expected.insert(place, self.new)
        assert order_with(list(self.ids), self.new, position=position) == expected

    @pytest.mark.parametrize("position", [0, -1, 5])
    def test_a_place_out_of_range_is_refused_at_once(self, position: int) -> None:
        with pytest.raises(Refusal, match="POSITION_OUT_OF_RANGE") as caught:
            order_with(list(self.ids), self.new, position=position)
        assert caught.value.reasons[0].path == ("position",)

    def test_an_order_lists_every_live_binding_once(self) -> None:
        check_order(self.ids[::-1], frozenset(self.ids))
        check_order((), frozenset())

    @pytest.mark.parametrize(
        "wished",
        [
            ids[:2],
            (*ids, new),
            (*ids[:2], new),
            (*ids, ids[0]),
            (ids[0], ids[0], ids[1]),
            (),
        ],
    )
    def test_any_other_order_is_refused(self, wished: tuple[UUID, ...]) -> None:
        with pytest.raises(Refusal, match="ORDER_INCOMPLETE"):
            check_order(wished, frozenset(self.ids))

    @LAW
    @given(st.lists(st.uuids(), unique=True, max_size=6), st.uuids(), st.none() | st.integers(1, 7))
    def test_placing_keeps_the_others_in_their_order(
        self, order: list[UUID], new: UUID, position: int | None
    ) -> None:
        if new in order or (position or 1) > len(order) + 1:
            return
        placed = order_with(order, new, position=position)
        assert [x for x in placed if x != new] == order
        assert placed.index(new) == (len(order) if position is None else position - 1)
