"""The outside world as the use cases see it: clock, insurance centre, tax bureau.

Only here are Protocols, because only here are two implementations: the real one, and a test's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind
from gongji.store.personal_data import KeyRing


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        ...


class SystemClock:
    """The server's own clock: the only place that asks for the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        return datetime.now(UTC)


class InsuranceCentre(Protocol):
    """The insurance centre: who holds a credential, who somebody is, how two are related."""

    async def holders(self, credentials: Sequence[tuple[CredentialKind, str]]) -> list[UUID | None]:
        """Return the person behind each credential, kind and number; None where there is none.

        Raises:
            Unavailable: the centre is silent.
        """
        ...

    async def person_by_id_number(self, id_number: str, name: str) -> UUID | None:
        """Return the insured person of this ID number and name; None where either is wrong.

        Raises:
            Unavailable: the centre is silent.
        """
        ...

    async def kinship_is_confirmed(
        self, sharer_id: UUID, beneficiary_id: UUID, kinship: Kinship
    ) -> bool | None:
        """Tell whether the beneficiary is the sharer's ``kinship``; None where it is not known.

        Raises:
            Unavailable: the centre is silent.
        """
        ...


@dataclass(frozen=True, slots=True)
class PremiumOrder:
    """What the tax bureau is asked to take for a premium; ``premium_id`` is the key of a retry."""

    premium_id: UUID
    insured_id: UUID
    region: str
    year: int
    category: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class TaxAnswer:
    """The tax bureau's answer: a reference when it took the money, None when it refused."""

    reference: str | None


class TaxBureau(Protocol):
    """The tax bureau, which takes resident premiums."""

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        """Ask the bureau to take a premium; the same ``premium_id`` is taken once.

        Raises:
            Unavailable: the bureau is silent; the premium stays debited and is asked for again.
        """
        ...


class ConfirmingTaxBureau:
    """The embedded default: confirms at once."""

    async def pay(self, order: PremiumOrder) -> TaxAnswer:
        """Confirm, with a reference made from the premium's id."""
        return TaxAnswer(reference=f"TAX-{order.premium_id.hex}")


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a use case needs from outside the database."""

    clock: Clock
    key_ring: KeyRing
    insurance_centre: InsuranceCentre
    tax_bureau: TaxBureau
