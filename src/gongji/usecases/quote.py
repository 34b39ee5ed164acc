"""Quote a bill (预结算): the same split as settling it now would give, without any effect."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from gongji.domain.actor import Actor, ActorKind
from gongji.domain.bill import Bill, faults
from gongji.domain.business_day import business_day
from gongji.domain.disclosure import Coverage, coverage
from gongji.domain.errors import Code, Forbidden, FreshPlan, not_found, refuse, refuse_any
from gongji.domain.family import BillSplit, Family, split_at_home, split_bill
from gongji.domain.institution import Institution
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.store.database import pool
from gongji.store.families import Beside, Families, load_families
from gongji.store.guardians import acting_capacity
from gongji.store.plans import plan_of_split
from gongji.store.quote_counts import count_quote
from gongji.usecases.ports import Ports


@dataclass(frozen=True, slots=True, repr=False)
class QuoteBill:
    """A till's question. It has no ``repr``: the credential's number must reach no log."""

    credential_kind: CredentialKind
    credential_number: str
    bill: Bill


@dataclass(frozen=True, slots=True)
class TillQuote:
    """What settling the bill now would give, in the sums that a till may know (G18).

    Args:
        own_balance_after: fen on the own account afterwards; None without one.
    """

    personal_share: Fen
    fresh: FreshPlan
    own_balance_after: Fen | None


async def quote_at_till(request: QuoteBill, actor: Actor, ports: Ports) -> TillQuote:
    """Quote a bill for the beneficiary behind a credential.

    Raises:
        Forbidden: the actor is no till.
        Refusal: the bill is not sound, or the credential is not recognised.

    Clause: S1.1, G32, G33, law 6.
    """
    if actor.kind is not ActorKind.TILL:
        raise Forbidden
    credential = (request.credential_kind, request.credential_number)
    (person_id,) = await ports.insurance_centre.holders([credential])
    at = ports.clock.now()
    families, place = await _load(person_id, actor.subject, at)
    refuse_any(faults(request.bill, place.kind))
    if person_id is None or person_id not in families.rows:
        raise refuse(Code.CREDENTIAL_NOT_RECOGNISED, "credential")
    family = families.family(person_id, at)
    if request.credential_kind not in family.policy.credentials:
        raise refuse(Code.CREDENTIAL_NOT_RECOGNISED, "credential")
    split = split_bill(family, request.bill, place, at)
    return TillQuote(
        personal_share=request.bill.personal_share,
        fresh=plan_of_split(split, family.policy, ports.key_ring),
        own_balance_after=_own_balance_after(family, split),
    )


async def _load(
    person_id: UUID | None, institution_id: UUID, at: datetime
) -> tuple[Families, Institution]:
    families = await load_families(
        pool(),
        [] if person_id is None else [person_id],
        day=business_day(at),
        locking=False,
        beside=Beside(institutions=[institution_id]),
    )
    if (place := families.institutions.get(institution_id)) is None:
        raise Forbidden
    return families, place


def _own_balance_after(family: Family, split: BillSplit) -> Fen | None:
    return None if family.own is None else Fen(family.own.balance - split.split.own)


@dataclass(frozen=True, slots=True)
class PersonalQuote:
    """What a person hears: the own part in fen, and how far the rest is covered (G18)."""

    own: Fen
    rest: Coverage
    left_today: int


@dataclass(frozen=True, slots=True)
class UncountedQuote:
    """A quote that nobody has heard yet: it is told only when it was counted (G18).

    Args:
        own: fen.
        counted_of: whose quotes are counted: the asker's and the ward's, so that neither many wards
            nor many proxies make the limit larger.
        asked_on: the business day.
        most: how many may be heard on that day.
    """

    own: Fen
    rest: Coverage
    counted_of: frozenset[UUID]
    asked_on: date
    most: int

    def counted(self, asked: int) -> PersonalQuote:
        """Return what is heard.

        Args:
            asked: how many quotes one of them has on that day at most, with this one.

        Raises:
            Refusal: there is none left today.
        """
        if asked > self.most:
            raise refuse(Code.QUOTES_USED_UP)
        return PersonalQuote(self.own, self.rest, self.most - asked)


MOST_QUOTED_FEN: Final = Fen(100_000_000_00)


async def quote_for_person(amount: Fen, actor: Actor, ports: Ports) -> PersonalQuote:
    """Tell a person how an eligible amount would be paid at a designated place at home.

    Args:
        amount: eligible fen, more than zero.
        actor: the person, or a guardian for a ward.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not a guardian of that ward, a useless amount, or no quote left today.

    Clause: G18.
    """
    quote = await quote_uncounted(amount, actor, ports)
    return quote.counted(await count_quote(pool(), quote.counted_of, quote.asked_on))


async def quote_uncounted(amount: Fen, actor: Actor, ports: Ports) -> UncountedQuote:
    """Quote for a person like ``quote_for_person``; whoever tells it counts it.

    Raises:
        Forbidden: the actor is no person.
        Refusal: not a guardian of that ward, or a useless amount.

    Clause: G18.
    """
    if not 0 < amount <= MOST_QUOTED_FEN:
        raise refuse(Code.QUOTED_AMOUNT_OUT_OF_RANGE, "amountFen")
    at = ports.clock.now()
    person_id = actor.person_id
    await acting_capacity(pool(), actor, at)
    families = await load_families(pool(), [person_id], day=business_day(at), locking=False)
    if person_id not in families.rows:
        raise not_found()
    family = families.family(person_id, at)
    split = split_at_home(family, amount, at)
    return UncountedQuote(
        own=split.own,
        rest=coverage(split),
        counted_of=frozenset({actor.subject, person_id}),
        asked_on=business_day(at),
        most=family.policy.quotes_per_day,
    )
