"""What the registry tells: openings, the monthly contributions, and news of a few people."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from gongji.app.seed.people import Citizen
from gongji.app.seed.sharing import Sharings
from gongji.app.seed.town import Town
from gongji.domain.actor import REGISTRY
from gongji.domain.binding import OPEN, Move
from gongji.domain.events import EventKind
from gongji.domain.ledger import Cause, CauseKind, ControlKind, control_account_id, pay_in
from gongji.domain.money import Fen
from gongji.domain.news import Statement, after_news
from gongji.domain.person import (
    AccountStatus,
    Beneficiary,
    Dated,
    PersonalAccount,
    PersonStatus,
)
from gongji.store.changes import Table
from gongji.store.locks import LockedBeneficiary

_POOR: Final = 0.2
"""Of the accounts: how many hold next to nothing, so that bills go on to the next sharer."""


@dataclass(frozen=True, slots=True)
class RegistryNews:
    """The registry's voice in a town.

    Args:
        openings: what each account was opened with.
        contributions: what comes to each account every month.
    """

    town: Town
    sharings: Sharings
    openings: dict[UUID, Fen] = field(default_factory=dict)
    contributions: dict[UUID, Fen] = field(default_factory=dict)

    def enter(self, citizen: Citizen) -> None:
        """Enter a person, and open the account if there is one."""
        town = self.town
        status = Dated(PersonStatus.NORMAL)
        value = Beneficiary(citizen.id, status, citizen.region, citizen.scheme)
        town.rows[citizen.id] = LockedBeneficiary(value, citizen.born_on, event_no=0)
        if citizen.account_id is not None:
            self._open(citizen, citizen.account_id)

    def _open(self, citizen: Citizen, account_id: UUID) -> None:
        town, chance = self.town, self.town.chance
        is_poor = chance.happens(_POOR)
        opening = chance.amount(Fen(40_00 if is_poor else 2_600_00), spread=0.8, least=Fen(5_00))
        self.openings[account_id] = opening
        self.contributions[account_id] = chance.amount(
            Fen(60_00 if is_poor else 260_00), spread=0.4, least=Fen(20_00)
        )
        account = PersonalAccount(
            id=account_id,
            owner_id=citizen.id,
            balance=Fen(0),
            status=Dated(AccountStatus.NORMAL),
            owner_status=Dated(PersonStatus.NORMAL),
            region=citizen.region,
        )
        town.accounts[account_id], transfer = pay_in(
            account,
            opening,
            source=control_account_id(ControlKind.CONTRIBUTIONS, citizen.region),
            cause=Cause(CauseKind.OPENING, account_id, town.today),
        )
        town.changes.transfers(transfer)

    def contribute(self, month: date) -> None:
        """Book a month's contribution to every account whose owner is insured as ever."""
        town = self.town
        for account in list(town.accounts.values()):
            if not account.may_share(town.at):
                continue
            contribution_id, amount = town.ids(), self.contributions[account.id]
            town.accounts[account.id], transfer = pay_in(
                account,
                amount,
                source=control_account_id(ControlKind.CONTRIBUTIONS, account.region),
                cause=Cause(CauseKind.CONTRIBUTION, contribution_id, town.today),
            )
            town.changes.insert(
                Table.CONTRIBUTION,
                {
                    "id": contribution_id,
                    "batch": f"{month:%Y-%m}",
                    "account_id": account.id,
                    "amount_fen": amount,
                    "business_day": town.today,
                },
            )
            town.changes.transfers(transfer)
            town.record(
                EventKind.CONTRIBUTION_BOOKED,
                account.owner_id,
                by=REGISTRY,
                contribution=contribution_id,
                account=account.id,
            )

    def tell_person(self, person_id: UUID, status: PersonStatus) -> None:
        """Tell that somebody's insurance stopped, or of a death: then bindings end (G15)."""
        town, locked = self.town, self.town.rows[person_id]
        changed = after_news(locked.value.status, Statement(status), now=town.at)
        if changed is None or locked.value.status.state.ends_bindings:
            return
        locked.value = replace(locked.value, status=changed)
        town.record(EventKind.PERSON_STATUS_CHANGED, person_id, by=REGISTRY, person=person_id)
        account = town.account_of(person_id)
        if account is not None:
            town.accounts[account.id] = replace(account, owner_status=changed)
            if status is PersonStatus.DECEASED:
                self.freeze(person_id)
        if status.ends_bindings:
            self._end_bindings(person_id, status)

    def _end_bindings(self, person_id: UUID, reason: PersonStatus) -> None:
        town = self.town
        mine = (town.bound[one].value for one in town.by_person.get(person_id, ()))
        for binding in sorted((b for b in mine if b.status in OPEN), key=lambda b: b.id):
            if binding.has_expired(town.at):
                self.sharings.expire(binding.id)
            else:
                self.sharings.leave(binding, Move.END_BY_NEWS, by=REGISTRY, reason=reason)

    def freeze(self, owner_id: UUID) -> None:
        """Tell that an account is frozen."""
        town, account = self.town, self.town.account_of(owner_id)
        if account is None or account.status.at(town.at) is not AccountStatus.NORMAL:
            return
        frozen = Dated(AccountStatus.FROZEN, None, town.at)
        town.accounts[account.id] = replace(account, status=frozen)
        town.record(EventKind.ACCOUNT_STATUS_CHANGED, owner_id, by=REGISTRY, account=account.id)
