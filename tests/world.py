"""A small world for tests: rows made directly, without the loader, and ports whose clock is ours.

Everything has a good default; a test names only what it is about.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from gongji.domain.actor import Actor, ActorKind, Channel
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.identity import check_digit
from gongji.domain.institution import InstitutionKind
from gongji.domain.kinship import Kinship
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind, Policy, rules_of
from gongji.store.ids import new_id
from gongji.store.insurance_centre import RegistryCentre, credential_digest, id_number_digest
from gongji.store.personal_data import KeyRing
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CardRow,
    GuardianRow,
    InstitutionRow,
    KinshipRow,
    PersonalAccountRow,
    PersonRow,
    PolicyRow,
    TransferRow,
)
from gongji.usecases.ports import ConfirmingTaxBureau, Ports

NGARI = "542500"
GAR = "542523"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
KEY_RING = KeyRing(b"d" * 32, {"test": b"s" * 32}, "test")


@dataclass
class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Person:
    """A person of the test world."""

    id: UUID
    name: str
    id_number: str
    account_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.PERSON, self.id, Channel.MINI_PROGRAM)


@dataclass
class Place:
    """An institution of the test world."""

    id: UUID
    code: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.TILL, self.id, Channel.TILL, operator="收费员01")


@dataclass
class World:
    """Makes rows. The database must be open and empty."""

    clock: TestClock = field(default_factory=TestClock)
    serial: int = 0

    def __post_init__(self) -> None:
        self.ports = Ports(self.clock, KEY_RING, RegistryCentre(KEY_RING), ConfirmingTaxBureau())

    def id_number(self, born_on: date = date(1980, 1, 1), *, male: bool = False) -> str:
        self.serial += 1
        first = f"542599{born_on:%Y%m%d}{self.serial * 2 + male:03d}"
        return first + check_digit(first)

    async def policy(self, region: str = NGARI, **rules: Any) -> None:
        start = date(2025, 1, 1)
        policy = Policy(region=region, in_force_from=start, version=f"{region}-1", **rules)
        await PolicyRow.create(
            region=region, in_force_from=start, version=policy.version, rules=rules_of(policy)
        )

    async def person(
        self,
        name: str = "次仁",
        *,
        scheme: Scheme = Scheme.EMPLOYEE,
        status: PersonStatus = PersonStatus.NORMAL,
        region: str = GAR,
        born_on: date = date(1980, 1, 1),
        balance: int | None = None,
        account_status: AccountStatus = AccountStatus.NORMAL,
        reserve: int = 0,
        premium_category: str = "ADULT",
        male: bool = False,
    ) -> Person:
        """Make a person; with ``balance`` (fen) also a personal account that was opened with it."""
        number = self.id_number(born_on, male=male)
        row = await PersonRow.create(
            name=name,
            id_number_digest=id_number_digest(KEY_RING, number),
            id_number_cipher=KEY_RING.seal(number),
            premium_category=premium_category,
        )
        await BeneficiaryRow.create(
            person_id=row.id, region=region, scheme=scheme, born_on=born_on, status=status
        )
        person = Person(row.id, name, number)
        if balance is not None:
            person.account_id = await self._account(
                row.id, region, balance, account_status, status, reserve
            )
        return person

    async def _account(
        self,
        owner_id: UUID,
        region: str,
        balance: int,
        status: AccountStatus,
        owner_status: PersonStatus,
        reserve: int,
    ) -> UUID:
        opened = balance > 0
        row = await PersonalAccountRow.create(
            owner_id=owner_id,
            region=region,
            status=status,
            owner_status=owner_status,
            balance_fen=balance,
            opening_fen=balance,
            entry_no=int(opened),
            reserve_fen=reserve,
        )
        if opened:
            await TransferRow.create(
                debit_account_id=control_account_id(ControlKind.CONTRIBUTIONS, region),
                credit_account_id=row.id,
                amount_fen=balance,
                cause_kind=CauseKind.OPENING,
                cause_id=row.id,
                business_day=date(2026, 1, 1),
                booked_at=self.clock.now(),
                account_id=row.id,
                entry_no=1,
                balance_after_fen=balance,
            )
        return row.id

    async def card(self, person: Person, number: str) -> None:
        kind = CredentialKind.SOCIAL_SECURITY_CARD
        await CardRow.create(
            person_id=person.id,
            kind=kind,
            digest=credential_digest(KEY_RING, kind, number),
            cipher=KEY_RING.seal(number),
        )

    async def guardian(
        self, guardian: Person, ward: Person, capacity: Capacity = Capacity.GUARDIAN
    ) -> None:
        await GuardianRow.create(guardian_id=guardian.id, ward_id=ward.id, capacity=capacity)

    async def kin(
        self, sharer: Person, beneficiary: Person, kinship: Kinship, *, confirmed: bool = True
    ) -> None:
        """Record that ``beneficiary`` is the ``sharer``'s ``kinship``, in both directions."""
        for a, b, what in (
            (sharer, beneficiary, kinship),
            (beneficiary, sharer, kinship.inverse),
        ):
            await KinshipRow.create(
                person_id=a.id, relative_id=b.id, kinship=what, is_confirmed=confirmed
            )

    async def institution(
        self,
        kind: InstitutionKind = InstitutionKind.HOSPITAL,
        *,
        region: str = GAR,
        **columns: Any,
    ) -> Place:
        self.serial += 1
        code = f"{kind[0]}{542599:06d}{self.serial:05d}"
        name = columns.pop("name", "阿里地区人民医院")
        row = await InstitutionRow.create(code=code, name=name, kind=kind, region=region, **columns)
        return Place(row.id, code)

    async def bind(
        self,
        sharer: Person,
        beneficiary: Person,
        *,
        kinship: Kinship = Kinship.SPOUSE,
        status: BindingStatus = BindingStatus.ACTIVE,
        position: int | None = None,
        capacity: Capacity = Capacity.SELF,
        **columns: Any,
    ) -> UUID:
        """Make a binding directly; later ones are accepted later."""
        self.serial += 1
        at = NOON - timedelta(days=100) + timedelta(minutes=self.serial)
        consent = {
            "by": str(sharer.id),
            "capacity": "SELF",
            "channel": "MINI_PROGRAM",
            "declaration_version": "2025-01",
            "at": at.isoformat(),
        }
        live = status in {BindingStatus.ACTIVE, BindingStatus.PAUSED}
        row = await BindingRow.create(
            id=new_id(),
            sharer_id=sharer.id,
            beneficiary_id=beneficiary.id,
            account_id=sharer.account_id,
            kinship=kinship,
            status=status,
            invited_at=at,
            expires_at=at + timedelta(days=7),
            accepted_at=at if live else None,
            position=position,
            sharer_consent=consent,
            beneficiary_consent=(
                consent | {"by": str(beneficiary.id), "capacity": str(capacity)} if live else None
            ),
            actor=sharer.actor.record(),
            **columns,
        )
        if position is not None:
            await BeneficiaryRow.filter(person_id=beneficiary.id).update(order_is_set=True)
        return row.id

    async def balance(self, person: Person) -> int:
        row = await PersonalAccountRow.get(owner_id=person.id)
        return row.balance_fen


def key() -> UUID:
    """Make a request id as a client does."""
    return uuid4()


STAFF = Actor(
    ActorKind.STAFF,
    UUID(int=7),
    Channel.DASHBOARD,
    region="540000",
    roles=frozenset({"REVIEWER", "READER", "SETTLER"}),
)
