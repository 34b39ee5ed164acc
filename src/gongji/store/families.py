"""Families loaded from the rows: locked, as statement 2 of a change, or only read.

One statement brings everything that the rules need for any number of beneficiaries: live bindings,
accounts, what limits have let through, policies, and whatever else is asked for beside them. The
beneficiary rows must be locked before the locking form runs (see ``locks``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from gongji.domain.binding import Binding, BindingStatus, Capacity, Consent, Limit, Used
from gongji.domain.business_day import business_day
from gongji.domain.errors import Code, refuse
from gongji.domain.family import Family, Sharing
from gongji.domain.institution import Institution, InstitutionKind, Period
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen
from gongji.domain.person import PersonalAccount
from gongji.domain.policy import Policy, in_force
from gongji.domain.settlement import Reversal, Settlement
from gongji.store.locks import KEYS, LockedBeneficiary, read_account, read_locked_beneficiary
from gongji.store.policies import read_policy
from gongji.store.request_keys import StoredKey
from gongji.store.settlements import read_reversal, read_settlement
from gongji.store.sql import day_of, id_of, moment, one_json, to_json
from gongji.store.tariffs import NO_PREMIUMS, PREMIUM_FACTS, PremiumFacts, read_premium_facts

USED: Final = """drawn AS (
    SELECT l.binding_id, l.business_day, l.amount_fen
    FROM settlement_leg AS l
    WHERE l.binding_id = ANY (ARRAY(SELECT id FROM limited))
        AND (SELECT s.reversal_id FROM settlement AS s WHERE s.id = l.settlement_id) IS NULL
        AND l.business_day >= date_trunc('year', $2::date)
        AND l.business_day < date_trunc('year', $2::date) + interval '1 year'
    UNION ALL
    SELECT l.binding_id, l.business_day, l.amount_fen
    FROM premium_leg AS l
    WHERE l.binding_id = ANY (ARRAY(SELECT id FROM limited)) AND l.rank > 1
        AND (SELECT p.status FROM premium AS p WHERE p.id = l.premium_id)
            IN ('DEBITED', 'CONFIRMED')
        AND l.business_day >= date_trunc('year', $2::date)
        AND l.business_day < date_trunc('year', $2::date) + interval '1 year'
), used AS (
    SELECT binding_id, sum(amount_fen) AS in_year,
        COALESCE(sum(amount_fen) FILTER (
            WHERE date_trunc('month', business_day) = date_trunc('month', $2::date)), 0) AS in_month
    FROM drawn GROUP BY binding_id
)"""
"""Two more parts of a ``WITH``: what bindings have let through in the year of the day ``$2`` and
in its month; the part ``limited`` before them holds the ids of the bindings."""

_FAMILIES: Final = """
WITH families AS (
    SELECT b.* FROM beneficiary AS b WHERE b.person_id = {people}
), live AS (
    SELECT b.* FROM binding AS b
    WHERE b.beneficiary_id = {people} AND b.status IN ('ACTIVE', 'PAUSED')
), accounts AS (
    SELECT a.* FROM personal_account AS a
    WHERE a.id = ANY (ARRAY(
            SELECT account_id FROM live
            UNION ALL SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb -> 'accounts')))
        OR a.owner_id = {people}
    ORDER BY a.id
    {lock}
), limited AS (
    SELECT id FROM live WHERE limit_month_fen IS NOT NULL OR limit_year_fen IS NOT NULL
), {used}
SELECT json_build_object(
    'families', (SELECT COALESCE(json_agg(row_to_json(families)), '[]') FROM families),
    'bindings', (SELECT COALESCE(json_agg(row_to_json(live)), '[]') FROM live),
    'accounts', (SELECT COALESCE(json_agg(row_to_json(accounts)), '[]') FROM accounts),
    'used', (SELECT COALESCE(json_agg(row_to_json(used)), '[]') FROM used),
    'policies', (
        SELECT COALESCE(json_agg(json_build_object('region', p.region,
            'in_force_from', p.in_force_from, 'version', p.version, 'rules', p.rules::text)), '[]')
        FROM policy AS p
        WHERE p.in_force_from <= $2::date AND p.region IN (
            SELECT unnest(ARRAY[f.region, left(f.region, 4) || '00', left(f.region, 2) || '0000'])
            FROM (SELECT region FROM families UNION SELECT region FROM accounts) AS f))
    {beside}
)::text
"""


def _listed(name: str) -> str:
    """Name the ids of one list of the parameter, as ``sql`` says why."""
    return f"ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb -> '{name}')))"


_ALL: Final = """
    '{name}', (
        SELECT COALESCE(json_agg(row_to_json(r)), '[]') FROM {table} AS r WHERE r.{key} = {ids})"""
_BESIDE: Final = {
    "keys": f"""
    'keys', ({KEYS} WHERE k.id = {_listed("keys")}),
    'answered', (
        SELECT COALESCE(json_agg(row_to_json(s)), '[]') FROM settlement AS s
        WHERE s.id = ANY (ARRAY(
            SELECT (k.answer ->> 'id')::uuid FROM request_key AS k
            WHERE k.id = {_listed("keys")} AND k.operation = 'settleBill')))""",
    "bills": """
    'bills', (
        SELECT COALESCE(json_agg(json_build_object(
            'institution_id', b.institution_id, 'number', b.number, 'settlement_id', (
                SELECT s.id FROM settlement AS s WHERE s.institution_id = b.institution_id
                    AND s.institution_bill_no = b.number AND s.reversal_id IS NULL))), '[]')
        FROM jsonb_to_recordset($1::jsonb -> 'bills') AS b(institution_id uuid, number text))""",
    "institutions": _ALL.format(
        name="institutions", table="institution", key="id", ids=_listed("institutions")
    ),
    "reversals_of": _ALL.format(
        name="reversals", table="reversal", key="settlement_id", ids=_listed("reversals_of")
    ),
    "premiums_of": f"'premiums', {PREMIUM_FACTS}",
}
"""Further members of the answer, by the name of the list of ids that asks for them."""


@lru_cache(maxsize=64)
def loading(beside: tuple[str, ...] = (), *, locking: bool = False) -> str:
    """Compose the statement; its text depends only on what is asked beside families.

    Its parameters are one JSON object of lists (``people``, ``accounts``, and those of
    ``beside``) and a business day. Views ask more in the same snapshot and put it inside theirs.
    """
    members = "".join(f", {_BESIDE[name]}" for name in beside)
    return _FAMILIES.format(
        people=_listed("people"),
        lock="FOR UPDATE" if locking else "",
        used=USED,
        beside=members,
    )


BillNumber = tuple[UUID, str]
"""An institution's id and its own number of a bill."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What one statement brings beside families; what nobody asks for costs nothing.

    Args:
        keys: request keys whose stored answers are wanted, with the settlements among them.
        bills: bill numbers to look for among settlements that are not reversed.
        institutions: institutions that are wanted.
        reversals_of: settlements whose reversals are wanted.
        premiums_of: persons about whose premiums is asked.
    """

    keys: Iterable[UUID] = ()
    bills: Iterable[BillNumber] = ()
    institutions: Iterable[UUID] = ()
    reversals_of: Iterable[UUID] = ()
    premiums_of: Iterable[UUID] = ()

    def lists(self) -> dict[str, list[Any]]:
        """Return what is asked for, by the names of the statement's lists."""
        numbers = [{"institution_id": place, "number": number} for place, number in self.bills]
        asked: dict[str, list[Any]] = {
            "keys": list(self.keys),
            "bills": numbers,
            "institutions": list(self.institutions),
            "reversals_of": list(self.reversals_of),
            "premiums_of": list(self.premiums_of),
        }
        return {name: wanted for name, wanted in asked.items() if wanted}


NOTHING_BESIDE: Final = Beside()


NO_DRAWS: Final[Mapping[UUID, Fen]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Families:
    """What one statement brought.

    Args:
        rows: the beneficiary rows by person.
        live: each beneficiary's live bindings.
        accounts: every account concerned, by id.
        owned: the id of each account by its owner.
        keys: stored keys by id.
        answered: settlements that stored keys answer with, by id.
        bills: settlements that are not reversed, by bill number.
        institutions: those that were asked for, by id.
        reversals: by the settlement that they reverse.
        premiums: what was asked about premiums.
    """

    rows: Mapping[UUID, LockedBeneficiary]
    live: Mapping[UUID, tuple[Binding, ...]]
    account_ids: Mapping[UUID, UUID]
    accounts: dict[UUID, PersonalAccount]
    owned: Mapping[UUID, UUID]
    used: dict[UUID, Used]
    policies: tuple[Policy, ...]
    keys: Mapping[UUID, StoredKey]
    answered: dict[UUID, Settlement]
    bills: dict[BillNumber, UUID]
    institutions: Mapping[UUID, Institution]
    reversals: dict[UUID, Reversal]
    premiums: PremiumFacts

    def account_of(self, owner_id: UUID) -> PersonalAccount | None:
        """Return a person's own account, if it was loaded."""
        account_id = self.owned.get(owner_id)
        return None if account_id is None else self.accounts[account_id]

    def book(
        self, accounts: Mapping[UUID, PersonalAccount], drawn: Mapping[UUID, Fen] = NO_DRAWS
    ) -> None:
        """Remember what one request of a batch changed, for those after it.

        Args:
            accounts: the accounts as they stand afterwards.
            drawn: fen drawn, by binding.
        """
        self.accounts.update(accounts)
        for binding_id, amount in drawn.items():
            self.used[binding_id] = self.used.get(binding_id, Used()).plus(amount)

    def policy_of(self, region: str, at: datetime) -> Policy:
        """Return the policy of an insured region at a moment.

        Raises:
            Refusal: ``REGION_NOT_OPEN``: the region has none.
        """
        policy = in_force(self.policies, region=region, day=business_day(at))
        if policy is None:
            raise refuse(Code.REGION_NOT_OPEN)
        return policy

    def family(self, beneficiary_id: UUID, at: datetime) -> Family:
        """Return a beneficiary's family as the loaded rows say.

        Raises:
            Refusal: ``REGION_NOT_OPEN``.
        """
        row = self.rows[beneficiary_id]
        policy = self.policy_of(row.value.region, at)
        sharings = tuple(
            Sharing(
                binding=binding,
                account=self.accounts[self.account_ids[binding.id]],
                used=self.used.get(binding.id, Used()),
                awaits_consent=binding.awaits_own_consent(
                    birth=row.born_on, adult_at=policy.child_until_age, at=at
                ),
            )
            for binding in self.live.get(beneficiary_id, ())
        )
        return Family(row.value, self.account_of(beneficiary_id), sharings, policy)


async def load_families(
    connection: BaseDBAsyncClient,
    beneficiary_ids: Iterable[UUID],
    *,
    day: date,
    locking: bool,
    account_ids: Iterable[UUID] = (),
    beside: Beside = NOTHING_BESIDE,
) -> Families:
    """Load families; with ``locking``, lock their accounts by id.

    Args:
        beneficiary_ids: whose families; their rows are locked already when ``locking``.
        day: business day for which used limits and policies are wanted.
        account_ids: further accounts, such as that of somebody who is about to share.
        beside: what else is wanted in the same snapshot.
    """
    lists = beside.lists()
    statement = loading(tuple(lists), locking=locking)
    lists |= {"people": list(beneficiary_ids), "accounts": list(account_ids)}
    return read_families(await one_json(connection, statement, to_json(lists), day))


def read_families(answer: Mapping[str, Any]) -> Families:
    """Read what a statement of ``loading`` answered."""
    rows = [read_locked_beneficiary(row) for row in answer["families"]]
    live: dict[UUID, list[Binding]] = {}
    for row in answer["bindings"]:
        binding = read_binding(row)
        live.setdefault(binding.beneficiary_id, []).append(binding)
    accounts = [read_account(row) for row in answer["accounts"]]
    answered = map(read_settlement, answer.get("answered", ()))
    reversals = map(read_reversal, answer.get("reversals", ()))
    return Families(
        rows={row.value.id: row for row in rows},
        live={person: tuple(bindings) for person, bindings in live.items()},
        account_ids={id_of(row["id"]): id_of(row["account_id"]) for row in answer["bindings"]},
        accounts={account.id: account for account in accounts},
        owned={account.owner_id: account.id for account in accounts},
        used={id_of(row["binding_id"]): read_used(row) for row in answer["used"]},
        policies=tuple(read_policy(**row) for row in answer["policies"]),
        keys={
            id_of(key_id): StoredKey(**stored) for key_id, stored in answer.get("keys", {}).items()
        },
        answered={settlement.id: settlement for settlement in answered},
        bills={
            (id_of(row["institution_id"]), row["number"]): id_of(row["settlement_id"])
            for row in answer.get("bills", ())
            if row["settlement_id"] is not None
        },
        institutions={
            id_of(row["id"]): read_institution(row) for row in answer.get("institutions", ())
        },
        reversals={reversal.settlement_id: reversal for reversal in reversals},
        premiums=read_premium_facts(answer.get("premiums", NO_PREMIUMS)),
    )


def read_institution(row: Mapping[str, Any]) -> Institution:
    """Read an institution row out of a JSON answer."""
    offsite = Period(day_of(row["offsite_from"]), day_of(row["offsite_until"]))
    return Institution(
        id=id_of(row["id"]),
        code=row["code"],
        name=row["name"],
        kind=InstitutionKind(row["kind"]),
        region=row["region"],
        designated=Period(day_of(row["designated_from"]), day_of(row["designated_until"])),
        offsite_sharing=offsite if row["offsite_is_open"] else None,
    )


def read_used(row: Mapping[str, Any]) -> Used:
    """Read what a binding has let through out of a JSON answer."""
    return Used(Fen(int(row["in_month"])), Fen(int(row["in_year"])))


def read_binding(row: Mapping[str, Any]) -> Binding:
    """Read a binding row out of a JSON answer."""
    return Binding(
        id=id_of(row["id"]),
        sharer_id=id_of(row["sharer_id"]),
        beneficiary_id=id_of(row["beneficiary_id"]),
        kinship=Kinship(row["kinship"]),
        status=BindingStatus(row["status"]),
        invited_at=datetime.fromisoformat(row["invited_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        sharer_consent=read_consent(row["sharer_consent"]),
        accepted_at=moment(row["accepted_at"]),
        beneficiary_consent=(
            None if row["beneficiary_consent"] is None else read_consent(row["beneficiary_consent"])
        ),
        position=row["position"],
        limit=Limit(
            _some_fen(row["limit_settlement_fen"]),
            _some_fen(row["limit_month_fen"]),
            _some_fen(row["limit_year_fen"]),
        ),
        ended_at=moment(row["ended_at"]),
    )


def _some_fen(amount: int | None) -> Fen | None:
    return None if amount is None else Fen(amount)


def read_consent(stored: Mapping[str, str]) -> Consent:
    """Read a stored consent (G26)."""
    return Consent(
        by=id_of(stored["by"]),
        capacity=Capacity(stored["capacity"]),
        channel=stored["channel"],
        declaration_version=stored["declaration_version"],
        at=datetime.fromisoformat(stored["at"]),
    )


def write_consent(consent: Consent) -> dict[str, str]:
    """Write a consent as it is stored (G26)."""
    return {
        "by": str(consent.by),
        "capacity": str(consent.capacity),
        "channel": consent.channel,
        "declaration_version": consent.declaration_version,
        "at": consent.at.isoformat(),
    }
