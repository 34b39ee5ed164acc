"""The town as rows of tables: what never changes again, and how everything stands at last.

Rows that never change again may go to the database month by month; rows that carry a state (people,
accounts, bindings, settlements, premiums) go last, as the year has left them.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from gongji.app.seed.people import Citizen
from gongji.app.seed.town import Bound, Town
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.ledger import ControlKind, control_account_id
from gongji.domain.money import Fen
from gongji.domain.policy import CredentialKind, rules_of
from gongji.store.changes import Table, Update
from gongji.store.families import write_consent
from gongji.store.insurance_centre import credential_digest, id_number_digest
from gongji.store.registration.registry import REGIONAL_KINDS, dated_columns

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
_STATEFUL: Final = frozenset({Table.SETTLEMENT, Table.PREMIUM})


def registered(town: Town) -> Iterator[tuple[str, list[Row]]]:
    """Return what the registry knows from the first day: places, rules, identities."""
    yield "policy", [_policy_row(town)]
    yield "tariff", [_tariff_row(town, number) for number in range(len(town.tariffs))]
    yield "institution", [_institution_row(town, number) for number in range(len(town.places))]
    yield "control_account", list(_control_rows(town))
    yield "person", [_person_row(town, citizen) for citizen in town.citizens.values()]
    yield "card", list(_card_rows(town))
    yield "guardian", list(_guardian_rows(town))


def _policy_row(town: Town) -> Row:
    policy = town.policy
    return {
        "id": town.ids(),
        "region": policy.region,
        "in_force_from": policy.in_force_from,
        "version": policy.version,
        "rules": rules_of(policy),
    }


def _tariff_row(town: Town, number: int) -> Row:
    tariff = town.tariffs[number]
    return {
        "id": town.ids(),
        "region": tariff.region,
        "year": tariff.year,
        "category": tariff.category,
        "amount_fen": tariff.amount,
        "opens_on": tariff.opens_on,
        "closes_on": tariff.closes_on,
    }


def _institution_row(town: Town, number: int) -> Row:
    place = town.places[number]
    offsite = place.offsite_sharing
    return {
        "id": place.id,
        "code": place.code,
        "name": place.name,
        "kind": place.kind,
        "region": place.region,
        "designated_from": place.designated.first,
        "designated_until": place.designated.until,
        "offsite_is_open": offsite is not None,
        "offsite_from": offsite and offsite.first,
        "offsite_until": offsite and offsite.until,
    }


def _control_rows(town: Town) -> Iterator[Row]:
    regions = sorted({citizen.region for citizen in town.citizens.values()})
    regions = sorted({*regions, *(place.region for place in town.places)})
    named = [(kind, region) for region in regions for kind in REGIONAL_KINDS]
    named += [(ControlKind.PAYABLE, place.code) for place in town.places]
    for kind, holder in named:
        yield {"id": control_account_id(kind, holder), "kind": kind, "holder": holder}


def _person_row(town: Town, citizen: Citizen) -> Row:
    return {
        "id": citizen.id,
        "name": citizen.name,
        "id_number_digest": id_number_digest(town.key_ring, citizen.id_number),
        "id_number_cipher": town.key_ring.seal(citizen.id_number),
        "premium_category": citizen.premium_category,
    }


def _card_rows(town: Town) -> Iterator[Row]:
    kind = CredentialKind.SOCIAL_SECURITY_CARD
    for citizen in town.citizens.values():
        if (number := citizen.card_number) is not None:
            yield {
                "id": town.ids(),
                "person_id": citizen.id,
                "kind": kind,
                "digest": credential_digest(town.key_ring, kind, number),
                "cipher": town.key_ring.seal(number),
            }


def _guardian_rows(town: Town) -> Iterator[Row]:
    """Return the guardians of children, each until the day on which the child is of age."""
    for citizen in town.citizens.values():
        of_age = _birthday(citizen.born_on, town.policy.child_until_age)
        if citizen.guardian is not None and of_age > town.today:
            yield {
                "id": town.ids(),
                "guardian_id": citizen.guardian.id,
                "ward_id": citizen.id,
                "capacity": Capacity.GUARDIAN,
                "until": of_age,
            }


def _birthday(born_on: date, years: int) -> date:
    if (born_on.month, born_on.day) == (2, 29):
        return date(born_on.year + years, 3, 1)
    return born_on.replace(year=born_on.year + years)


class Kept:
    """The rows that still change, until the year is over."""

    def __init__(self) -> None:
        self._rows: Final[dict[Table, dict[UUID, Row]]] = {table: {} for table in _STATEFUL}

    def month(self, town: Town) -> dict[str, list[Row]]:
        """Take out what has come since the last time and never changes again, by table."""
        final: dict[str, list[Row]] = {"request_key": town.keys.copy()}
        town.keys.clear()
        taken = town.changes.take()
        for part, collected in taken.items():
            if part in _STATEFUL:
                self._rows[Table(part)].update((row["id"], row) for row in collected)
            elif isinstance(part, Table):
                final[part] = collected
        for update in taken.get(Update.REVERSED, ()):
            self._rows[Table.SETTLEMENT][update["id"]] |= update
        for event in final.get(Table.EVENT, ()):
            # Nobody is to be told of a year that nobody lived.
            event["relayed_at"] = event["happened_at"]
        return final

    def at_last(self, town: Town, openings: Mapping[UUID, Fen]) -> Iterator[tuple[str, list[Row]]]:
        """Return the rows with a state as the year has left them."""
        for premium_id, columns in town.premiums.items():
            self._rows[Table.PREMIUM][premium_id] |= columns
        yield "beneficiary", [_beneficiary_row(town, one) for one in town.rows]
        yield "personal_account", [_account_row(town, one, openings) for one in town.accounts]
        yield "kinship", list(_kinship_rows(town))
        yield "binding", [_binding_row(town, bound) for bound in town.bound.values()]
        for table, collected in self._rows.items():
            yield table, list(collected.values())


def _beneficiary_row(town: Town, person_id: UUID) -> Row:
    locked = town.rows[person_id]
    return {
        "person_id": person_id,
        "region": locked.value.region,
        "scheme": locked.value.scheme,
        "born_on": locked.born_on,
        **dated_columns("status", locked.value.status),
        "order_version": locked.value.order_version,
        "order_is_set": locked.value.order_is_set,
        "event_no": locked.event_no,
    }


def _account_row(town: Town, account_id: UUID, openings: Mapping[UUID, Fen]) -> Row:
    account = town.accounts[account_id]
    return {
        "id": account_id,
        "owner_id": account.owner_id,
        "region": account.region,
        **dated_columns("status", account.status),
        **dated_columns("owner_status", account.owner_status),
        "balance_fen": account.balance,
        "reserve_fen": account.reserve,
        "entry_no": account.entry_no,
        "opening_fen": openings[account_id],
    }


def _kinship_rows(town: Town) -> Iterator[Row]:
    """Return the kinship of every pair once in each direction, but of those under review."""
    seen = set()
    for bound in town.bound.values():
        binding = bound.value
        one, other = binding.sharer_id, binding.beneficiary_id
        if binding.status is BindingStatus.IN_REVIEW or (one, other) in seen:
            continue
        seen |= {(one, other), (other, one)}
        for person, relative, kinship in (
            (one, other, binding.kinship),
            (other, one, binding.kinship.inverse),
        ):
            yield {
                "id": town.ids(),
                "person_id": person,
                "relative_id": relative,
                "kinship": kinship,
                "is_confirmed": True,
            }


def _binding_row(town: Town, bound: Bound) -> Row:
    binding = bound.value
    consent = binding.beneficiary_consent
    return {
        "id": binding.id,
        "sharer_id": binding.sharer_id,
        "beneficiary_id": binding.beneficiary_id,
        "account_id": town.citizens[binding.sharer_id].account_id,
        "kinship": binding.kinship,
        "status": binding.status,
        "invited_at": binding.invited_at,
        "expires_at": binding.expires_at,
        "accepted_at": binding.accepted_at,
        "ended_at": binding.ended_at,
        "end_reason": bound.end_reason,
        "position": binding.position,
        "limit_settlement_fen": binding.limit.per_settlement,
        "limit_month_fen": binding.limit.per_month,
        "limit_year_fen": binding.limit.per_year,
        "sharer_consent": write_consent(binding.sharer_consent),
        "beneficiary_consent": None if consent is None else write_consent(consent),
        "actor": bound.by.record(),
    }
