"""Loading the registry's records: whole or not at all, repeatable, no personal data in clear."""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection

import gongji.app
from gongji.domain.binding import BindingStatus, Capacity
from gongji.domain.ledger import CauseKind, ControlKind, control_account_id
from gongji.domain.person import AccountStatus, PersonStatus, Scheme
from gongji.domain.policy import CredentialKind
from gongji.store.database import CONNECTION
from gongji.store.installation import NotADemonstration
from gongji.store.insurance_centre import id_number_digest
from gongji.store.registration import intake
from gongji.store.registration.intake import RecordsRefused
from gongji.store.rows import (
    BeneficiaryRow,
    BindingRow,
    CardRow,
    ControlAccountRow,
    EventRow,
    GuardianRow,
    InstallationRow,
    InstitutionRow,
    KinshipRow,
    OrderVersionRow,
    PersonalAccountRow,
    PersonRow,
    PolicyRow,
    TariffRow,
    TransferRow,
)
from gongji.usecases.load import MOST_LINE_BYTES, Loaded, load, mark_as_demonstration
from tests.registry_files import (
    CHILD,
    FAMILY,
    FATHER,
    MOTHER,
    STRANGER,
    UNKNOWN,
    Line,
    account,
    binding,
    contribution,
    kinship,
    person,
    policy,
    write_lines,
)
from tests.world import KEY_RING, NOON, World

pytestmark = pytest.mark.usefixtures("books_are_right")

DEMO = Path(gongji.app.__file__).with_name("demo_families.jsonl")

Load = Callable[..., Awaitable[Loaded]]


@pytest.fixture
def loading(world: World, tmp_path: Path) -> Load:
    """Return a function that loads lines into a database that nobody has marked."""

    async def load_lines(*lines: Line | str, keep_going: bool = False) -> Loaded:
        file = write_lines(tmp_path / "records.jsonl", *lines)
        return await load(file, world.ports, keep_going=keep_going, allow_unmarked=True)

    return load_lines


async def dump() -> dict[str, list[str]]:
    """Return every row of every table as text."""
    connection = get_connection(CONNECTION)
    tables = await connection.execute_query_dict(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    return {
        name: [
            row["row"]
            for row in await connection.execute_query_dict(
                f'SELECT t::text AS "row" FROM "{name}" AS t ORDER BY 1'
            )
        ]
        for name in sorted(table["table_name"] for table in tables)
    }


async def row_of(id_number: str) -> BeneficiaryRow:
    found = await PersonRow.get(id_number_digest=id_number_digest(KEY_RING, id_number))
    return await BeneficiaryRow.get(person_id=found.id)


async def account_of(id_number: str) -> PersonalAccountRow:
    owner = await row_of(id_number)
    return await PersonalAccountRow.get(owner_id=owner.person_id)


async def test_the_demo_families_load_and_load_again_without_a_change(world: World) -> None:
    await mark_as_demonstration(world.ports)

    loaded = await load(DEMO, world.ports)
    before = await dump()
    world.clock.move(days=1)
    again = await load(DEMO, world.ports)

    assert loaded.faults == again.faults == ()
    assert await dump() == before


async def test_a_file_with_every_kind_of_record_changes_nothing_the_second_time(
    loading: Load, world: World
) -> None:
    lines = (
        *FAMILY,
        {"record": "institution", "code": "H54252300001", "name": "医院", "region": "542523"},
        {
            "record": "tariff",
            "region": "542500",
            "year": 2027,
            "category": "CHILD",
            "amount_fen": 38_000,
            "opens_on": "2026-09-01",
            "closes_on": "2026-12-31",
        },
        {
            "record": "card",
            "holder": MOTHER,
            "kind": "SOCIAL_SECURITY_CARD",
            "number": "z5425990001",
        },
        {"record": "guardian", "guardian": MOTHER, "ward": CHILD, "capacity": "GUARDIAN"},
        binding(MOTHER, CHILD, kinship="CHILD", position=1),
        binding(FATHER, CHILD, kinship="CHILD", position=1, status="PAUSED"),
        {"record": "limit", "sharer": MOTHER, "beneficiary": CHILD, "per_month_fen": 20_000},
        {"record": "reserve", "owner": MOTHER, "amount_fen": 5_000},
        contribution(),
        person(STRANGER, status="NORMAL"),
        {"record": "status", "person": STRANGER, "status": "MOVED_OUT", "from": "2026-03-01"},
        {"record": "status", "person": STRANGER, "status": "NORMAL", "from": "2026-06-01"},
        {"record": "status", "person": STRANGER, "status": "STOPPED", "from": "2027-01-01"},
        {"record": "status", "account": FATHER, "status": "FROZEN"},
        {"record": "kinship_ended", "person": FATHER, "relative": MOTHER},
    )

    await loading(*lines)
    before = await dump()
    world.clock.move(days=3)
    await loading(*lines)

    assert await dump() == before
    counts = {name: len(rows) for name, rows in before.items()}
    assert counts["person"] == counts["beneficiary"] == 4
    assert counts["kinship"] == 6


async def test_personal_numbers_are_nowhere_in_clear(
    loading: Load, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await loading(
        person(phone="10000000001"),
        account(),
        {"record": "card", "holder": MOTHER, "kind": "E_VOUCHER", "number": "MARKEDCARD77"},
    )

    everything = str(await dump()) + caplog.text
    hexed = [text.encode().hex() for text in (MOTHER, "10000000001", "MARKEDCARD77")]

    for secret in (MOTHER, "10000000001", "MARKEDCARD77", *hexed):
        assert secret not in everything
    row = await PersonRow.get(name="德吉央宗")
    card = await CardRow.get(person_id=row.id)
    assert row.phone_cipher is not None
    assert [KEY_RING.open(sealed) for sealed in (row.id_number_cipher, row.phone_cipher)] == [
        MOTHER,
        "10000000001",
    ]
    assert KEY_RING.open(card.cipher) == "MARKEDCARD77"


async def test_the_opening_is_the_first_entry_and_never_changes(loading: Load) -> None:
    await loading(person(), account())
    before = await dump()

    with pytest.raises(RecordsRefused) as refused:
        await loading(account(opening=1))

    assert [str(fault) for fault in refused.value.faults] == [
        "第1行 opening_balance_fen：期初余额与已装载的不一致，不能更改。"
    ]
    assert await dump() == before
    row = await account_of(MOTHER)
    entry = await TransferRow.get(account_id=row.id)
    assert (row.balance_fen, row.opening_fen, row.entry_no) == (500_000, 500_000, 1)
    assert entry.debit_account_id == control_account_id(ControlKind.CONTRIBUTIONS, "542523")
    assert (entry.cause_kind, entry.cause_id) == (CauseKind.OPENING, row.id)
    assert (entry.entry_no, entry.balance_after_fen, entry.amount_fen) == (1, 500_000, 500_000)


async def test_an_account_opened_empty_has_no_entry(loading: Load) -> None:
    await loading(person(), account(opening=0))

    assert (await account_of(MOTHER)).entry_no == 0
    assert await TransferRow.all().count() == 0


async def test_a_later_record_changes_region_scheme_name_category_and_phone(
    loading: Load,
) -> None:
    await loading(person(phone="10000000001"), account())
    await loading(
        person(
            name="德吉",
            region="542524",
            scheme="RESIDENT",
            premium_category="SUPPORTED",
            phone=None,
        )
    )

    row = await PersonRow.all().get()
    beneficiary, own = await row_of(MOTHER), await account_of(MOTHER)
    assert (row.name, row.premium_category) == ("德吉", "SUPPORTED")
    assert (row.phone_digest, row.phone_cipher) == (None, None)
    assert (beneficiary.region, beneficiary.scheme) == ("542524", Scheme.RESIDENT)
    assert own.region == "542524"


async def test_what_a_later_person_record_does_not_name_stays(loading: Load) -> None:
    await loading(person(status="STOPPED", premium_category="CHILD", phone="10000000001"))
    before = await dump()

    await loading(person())

    assert await dump() == before


async def test_a_status_that_is_null_is_refused_where_an_absent_one_is_not(
    loading: Load,
) -> None:
    with pytest.raises(RecordsRefused) as refused:
        await loading(person(status=None))

    assert str(refused.value.faults[0]) == "第1行 status：缺少这个字段，或其值为空。"


async def test_a_later_status_of_person_and_account_keeps_the_copies_in_step(
    loading: Load,
) -> None:
    await loading(person(), account())
    await loading(person(status="STOPPED"), account(status="FROZEN"))

    beneficiary, own = await row_of(MOTHER), await account_of(MOTHER)
    assert beneficiary.status is own.owner_status is PersonStatus.STOPPED
    assert own.status is AccountStatus.FROZEN
    assert [e.kind for e in await EventRow.filter(subject_id=beneficiary.person_id)] == [
        "PERSON_STATUS_CHANGED",
        "ACCOUNT_STATUS_CHANGED",
    ]


async def test_the_last_line_about_a_state_counts_and_is_told_once(loading: Load) -> None:
    person_line = {"record": "status", "person": MOTHER}
    account_line = {"record": "status", "account": MOTHER}
    await loading(person(), account())
    lines = (
        person(status="STOPPED"),
        account(status="CLOSED"),
        person_line | {"status": "MOVED_OUT"},
        account_line | {"status": "CLOSED"},
        person_line | {"status": "STOPPED"},
        account_line | {"status": "FROZEN"},
        person_line | {"status": "NORMAL", "from": "2027-01-01"},
        account_line | {"status": "NORMAL", "from": "2027-01-01"},
    )

    await loading(*lines)
    before = await dump()
    await loading(*lines)

    assert await dump() == before
    own = await account_of(MOTHER)
    assert (own.status, own.status_then) == ("FROZEN", "NORMAL")
    assert (own.owner_status, own.owner_status_then) == ("STOPPED", "NORMAL")
    assert await EventRow.all().count() == 2


async def test_a_later_line_about_a_pairs_kinship_replaces_the_earlier(loading: Load) -> None:
    ended = {"record": "kinship_ended", "person": MOTHER, "relative": FATHER}
    await loading(*FAMILY, binding())

    await loading(ended, kinship())

    assert (await BindingRow.all().get()).status is BindingStatus.ACTIVE
    assert await KinshipRow.filter(is_confirmed=False).count() == 0


async def test_a_region_changes_also_for_somebody_without_an_account(loading: Load) -> None:
    await loading(person())
    await loading(person(region="542524"))

    assert (await row_of(MOTHER)).region == "542524"


async def test_an_account_of_a_person_whose_change_is_announced_carries_the_copy(
    loading: Load,
) -> None:
    stopped = {"record": "status", "person": MOTHER, "status": "STOPPED", "from": "2027-01-01"}
    await loading(person(), stopped, account())

    own = await account_of(MOTHER)
    assert (own.owner_status, own.owner_status_then) == ("NORMAL", "STOPPED")
    assert own.owner_status_since is not None


async def test_control_accounts_get_their_names_when_they_first_appear(loading: Load) -> None:
    place = {"record": "institution", "code": "P54252300001", "name": "药房", "region": "542523"}
    await loading(place, place | {"name": "新药房"}, policy())

    names = {(row.kind, row.holder): row.id for row in await ControlAccountRow.all()}
    assert set(names) == {
        (ControlKind.PAYABLE, "P54252300001"),
        *((kind, region) for kind in _REGIONAL for region in ("542500", "542523")),
    }
    assert all(control_account_id(*name) == row_id for name, row_id in names.items())
    assert (await InstitutionRow.all().get()).name == "新药房"


_REGIONAL = (ControlKind.CONTRIBUTIONS, ControlKind.PREMIUM_PAYABLE, ControlKind.SUSPENSE)


async def test_an_institution_is_replaced_whole_by_a_later_record(loading: Load) -> None:
    place = {"record": "institution", "code": "H54010200012", "name": "医院", "region": "540102"}
    await loading(
        place
        | {"designated_from": "2025-01-01", "offsite_sharing": True, "offsite_from": "2025-07-01"}
    )
    first = await InstitutionRow.all().get()
    await loading(place | {"designated_until": "2026-01-01"})
    second = await InstitutionRow.all().get()

    assert (first.designated_from, first.offsite_is_open) == (date(2025, 1, 1), True)
    assert first.offsite_from == date(2025, 7, 1)
    assert (second.id, second.designated_from) == (first.id, None)
    assert second.designated_until == date(2026, 1, 1)
    assert (second.offsite_is_open, second.offsite_from) == (False, None)


async def test_a_policy_in_force_is_never_changed_and_one_to_come_may_be(
    loading: Load,
) -> None:
    coming = policy(in_force_from="2027-01-01", version="next")
    await loading(policy(), coming)
    await loading(coming | {"rules": {"most_sharers": 3}})

    with pytest.raises(RecordsRefused) as refused:
        await loading(policy(rules={"most_sharers": 3}))

    assert str(refused.value.faults[0]).startswith("第1行 rules：已施行的政策不能更改")
    rules = {row.version: row.rules["most_sharers"] for row in await PolicyRow.all()}
    assert rules == {"542500-20250101": 5, "next": 3}


async def test_a_tariff_is_replaced_by_a_later_record(loading: Load) -> None:
    tariff = {
        "record": "tariff",
        "region": "542500",
        "year": 2027,
        "category": "ADULT",
        "amount_fen": 40_000,
        "opens_on": "2026-09-01",
        "closes_on": "2026-12-31",
    }
    await loading(tariff)
    await loading(tariff | {"amount_fen": 42_000, "closes_on": "2027-02-28"})

    row = await TariffRow.all().get()
    assert (row.amount_fen, row.closes_on) == (42_000, date(2027, 2, 28))


async def test_a_card_stays_its_holders(loading: Load) -> None:
    card = {"record": "card", "kind": "SOCIAL_SECURITY_CARD", "number": "Z5425990001"}
    await loading(person(), person(FATHER), card | {"holder": MOTHER})

    with pytest.raises(RecordsRefused) as refused:
        await loading(card | {"holder": FATHER})

    assert str(refused.value.faults[0]) == "第1行 number：该卡已登记在另一人名下。"
    assert await CardRow.all().count() == 1


async def test_a_card_is_found_by_the_insurance_centre(loading: Load, world: World) -> None:
    kind = CredentialKind.SOCIAL_SECURITY_CARD
    await loading(
        person(), {"record": "card", "holder": MOTHER, "kind": kind, "number": " z5425990001 "}
    )

    found = await world.ports.insurance_centre.holders(
        [(kind, "Z5425990001"), (CredentialKind.ID_CARD, MOTHER)]
    )

    assert found == [(await row_of(MOTHER)).person_id] * 2


async def test_a_guardian_is_recorded_and_changed(loading: Load) -> None:
    guardian = {"record": "guardian", "guardian": MOTHER, "ward": CHILD, "capacity": "GUARDIAN"}
    await loading(*FAMILY, guardian)
    await loading(guardian | {"capacity": "PROXY", "until": "2030-01-01"})

    row = await GuardianRow.all().get()
    assert (row.capacity, row.until) == (Capacity.PROXY, date(2030, 1, 1))


async def test_a_kinship_stands_in_both_directions(loading: Load) -> None:
    await loading(*FAMILY)
    await loading(kinship(MOTHER, CHILD, kinship="CHILD", confirmed=False))

    mother, child = await row_of(MOTHER), await row_of(CHILD)
    there = await KinshipRow.get(person_id=mother.person_id, relative_id=child.person_id)
    back = await KinshipRow.get(person_id=child.person_id, relative_id=mother.person_id)
    assert (there.kinship, there.is_confirmed) == ("CHILD", False)
    assert (back.kinship, back.is_confirmed) == ("PARENT", False)


async def test_bindings_are_loaded_as_if_accepted_one_after_the_other(loading: Load) -> None:
    guardian = {"record": "guardian", "guardian": FATHER, "ward": CHILD, "capacity": "GUARDIAN"}
    await loading(
        *FAMILY,
        guardian,
        binding(MOTHER, CHILD, kinship="CHILD", position=1, accepted_at="2026-03-01"),
        binding(FATHER, CHILD, kinship="CHILD", position=1, status="PAUSED"),
    )

    child = await row_of(CHILD)
    by_mother = await BindingRow.get(sharer_id=(await row_of(MOTHER)).person_id)
    by_father = await BindingRow.get(sharer_id=(await row_of(FATHER)).person_id)
    versions = await OrderVersionRow.all().order_by("version")
    assert (by_father.position, by_mother.position) == (1, 2)
    assert (by_father.status, by_mother.status) == (BindingStatus.PAUSED, BindingStatus.ACTIVE)
    assert (child.order_version, child.order_is_set) == (2, True)
    assert [version.binding_ids for version in versions] == [
        [str(by_mother.id)],
        [str(by_father.id), str(by_mother.id)],
    ]
    assert by_mother.sharer_consent["channel"] == "REGISTRY"
    assert by_mother.beneficiary_consent is not None
    assert by_mother.beneficiary_consent["by"] == str(by_father.sharer_id)
    assert by_mother.beneficiary_consent["capacity"] == "GUARDIAN"
    assert by_father.accepted_at == NOON
    assert by_mother.account_id == (await account_of(MOTHER)).id
    assert [
        e.kind for e in await EventRow.filter(subject_id=child.person_id).order_by("number")
    ] == [
        "INVITATION_ACCEPTED",
        "INVITATION_ACCEPTED",
        "BINDING_PAUSED",
    ]


async def test_without_positions_the_order_is_by_acceptance_and_not_set(loading: Load) -> None:
    await loading(
        *FAMILY,
        binding(MOTHER, CHILD, kinship="CHILD", accepted_at="2026-03-02"),
        binding(FATHER, CHILD, kinship="CHILD", accepted_at="2026-03-01"),
    )

    child = await row_of(CHILD)
    last = await OrderVersionRow.get(beneficiary_id=child.person_id, version=2)
    first_sharer = await BindingRow.get(sharer_id=(await row_of(FATHER)).person_id)
    assert child.order_is_set is last.is_set is False
    assert last.binding_ids[0] == str(first_sharer.id)


async def test_open_invitations_and_reviews_can_be_loaded(loading: Load) -> None:
    await loading(
        *FAMILY,
        binding(MOTHER, CHILD, kinship="CHILD", status="INVITED"),
        binding(FATHER, CHILD, kinship="CHILD", status="IN_REVIEW"),
    )

    invited = await BindingRow.get(status="INVITED")
    in_review = await BindingRow.get(status="IN_REVIEW")
    assert (invited.accepted_at, invited.beneficiary_consent) == (None, None)
    assert (invited.expires_at - invited.invited_at).days == 7
    assert in_review.accepted_at is None
    assert in_review.beneficiary_consent is not None
    assert (await row_of(CHILD)).order_version == 0
    assert {e.kind for e in await EventRow.all()} == {
        "RELATIVE_INVITED",
        "INVITATION_SENT_TO_REVIEW",
    }


async def test_a_pair_that_was_ever_bound_is_left_to_itself(loading: Load) -> None:
    bound = binding(MOTHER, FATHER, position=1)
    await loading(*FAMILY, bound)
    await BindingRow.all().update(status=BindingStatus.ENDED, position=None)
    before = await dump()

    await loading(bound | {"status": "PAUSED"})

    assert await dump() == before


async def test_limits_and_reserves_are_set(loading: Load) -> None:
    limit = {"record": "limit", "sharer": MOTHER, "beneficiary": FATHER}
    await loading(
        *FAMILY,
        binding(),
        limit | {"per_settlement_fen": 1, "per_month_fen": 2, "per_year_fen": 3},
        {"record": "reserve", "owner": MOTHER, "amount_fen": 5_000},
    )
    first = await BindingRow.all().get()
    await loading(limit)
    second = await BindingRow.all().get()

    assert (first.limit_settlement_fen, first.limit_month_fen, first.limit_year_fen) == (1, 2, 3)
    assert (second.limit_settlement_fen, second.limit_year_fen) == (None, None)
    assert (await account_of(MOTHER)).reserve_fen == 5_000
    assert [e.kind for e in await EventRow.all().order_by("id")] == [
        "INVITATION_ACCEPTED",
        "LIMIT_SET",
        "RESERVE_SET",
        "LIMIT_SET",
    ]


@pytest.mark.parametrize(
    ("line", "field", "flaw"),
    [
        (account(UNKNOWN), "owner", "NOT_LOADED"),
        (account(UNKNOWN + " "), "owner", "NOT_LOADED"),
        ({"record": "card", "holder": UNKNOWN, "kind": "E_VOUCHER", "number": "1"}, "holder", ""),
        (
            {"record": "guardian", "guardian": UNKNOWN, "ward": CHILD, "capacity": "PROXY"},
            "guardian",
            "NOT_LOADED",
        ),
        (
            {"record": "guardian", "guardian": MOTHER, "ward": UNKNOWN, "capacity": "PROXY"},
            "ward",
            "NOT_LOADED",
        ),
        (kinship(UNKNOWN, MOTHER), "person", "NOT_LOADED"),
        (kinship(MOTHER, UNKNOWN), "relative", "NOT_LOADED"),
        (
            {"record": "kinship_ended", "person": MOTHER, "relative": UNKNOWN},
            "relative",
            "NOT_LOADED",
        ),
        (
            {"record": "kinship_ended", "person": MOTHER, "relative": STRANGER},
            "relative",
            "NOT_BOUND",
        ),
        (contribution(owner=UNKNOWN), "owner", "NOT_LOADED"),
        (contribution(owner=CHILD), "owner", "WITHOUT_ACCOUNT"),
        ({"record": "reserve", "owner": UNKNOWN, "amount_fen": 1}, "owner", "NOT_LOADED"),
        ({"record": "reserve", "owner": CHILD, "amount_fen": 1}, "owner", "WITHOUT_ACCOUNT"),
        ({"record": "status", "person": UNKNOWN, "status": "STOPPED"}, "person", "NOT_LOADED"),
        ({"record": "status", "account": UNKNOWN, "status": "FROZEN"}, "account", "NOT_LOADED"),
        (
            {"record": "status", "account": CHILD, "status": "FROZEN"},
            "account",
            "WITHOUT_ACCOUNT",
        ),
        (binding(UNKNOWN, CHILD), "sharer", "NOT_LOADED"),
        (binding(MOTHER, UNKNOWN), "beneficiary", "NOT_LOADED"),
        (binding(CHILD, MOTHER), "sharer", "WITHOUT_ACCOUNT"),
        (binding(position=2), "position", "POSITION_OUT_OF_RANGE"),
        (binding(MOTHER, STRANGER), "beneficiary", "REGION_NOT_OPEN"),
        ({"record": "limit", "sharer": MOTHER, "beneficiary": CHILD}, "beneficiary", "NOT_BOUND"),
        ({"record": "limit", "sharer": CHILD, "beneficiary": MOTHER}, "sharer", "WITHOUT_ACCOUNT"),
    ],
)
async def test_a_line_about_what_is_not_there_is_named_and_nothing_is_loaded(
    loading: Load, line: dict[str, Any], field: str, flaw: str
) -> None:
    await loading(*FAMILY, person(STRANGER, region="510104"))
    before = await dump()

    with pytest.raises(RecordsRefused) as refused:
        await loading(person(name="改名"), line)

    (fault,) = refused.value.faults
    assert (fault.line, fault.field) == (2, field)
    assert fault.flaw.name == (flaw or "NOT_LOADED")
    assert UNKNOWN not in str(fault)
    assert await dump() == before


async def test_keep_going_loads_the_good_lines_and_lists_the_bad_ones(loading: Load) -> None:
    loaded = await loading(
        person(),
        "",
        "{",
        person(FATHER, sceme="EMPLOYEE"),
        account(UNKNOWN),
        account(),
        keep_going=True,
    )

    assert loaded.lines == 6
    assert loaded.faults_counted == 3
    assert [(f.line, f.field, f.flaw.name) for f in loaded.faults] == [
        (3, "", "NOT_JSON"),
        (4, "sceme", "UNKNOWN_FIELD"),
        (5, "owner", "NOT_LOADED"),
    ]
    assert await PersonRow.all().count() == 1
    assert (await account_of(MOTHER)).balance_fen == 500_000


async def test_without_it_one_bad_line_keeps_all_out_and_all_are_named(loading: Load) -> None:
    with pytest.raises(RecordsRefused) as refused:
        await loading(person(), "[]", "1" * (MOST_LINE_BYTES + 1), account(UNKNOWN))

    assert [f.flaw.name for f in refused.value.faults] == [
        "NOT_JSON",
        "LINE_TOO_LONG",
        "NOT_LOADED",
    ]
    assert await PersonRow.all().count() == 0


async def test_one_person_twice_in_a_file_is_one_person_as_last_said(loading: Load) -> None:
    await loading(person(), person(name="改名"), person(FATHER))

    assert sorted([row.name for row in await PersonRow.all()]) == ["德吉央宗", "改名"]


async def test_batches_make_no_difference(loading: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_IN_BATCH", 1)
    bindings = (
        binding(MOTHER, CHILD, kinship="CHILD", position=1),
        binding(FATHER, CHILD, kinship="CHILD", position=1),
    )

    await loading(*FAMILY, *bindings)

    by_father = await BindingRow.get(sharer_id=(await row_of(FATHER)).person_id)
    assert by_father.position == 1
    assert (await row_of(CHILD)).order_version == 2


async def test_progress_is_told_in_lines(world: World, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    file = write_lines(tmp_path / "records.jsonl", *FAMILY)

    await load(
        file,
        world.ports,
        allow_unmarked=True,
        progress=lambda done, lines: told.append((done, lines)),
    )

    assert told == [(1, 9), (4, 9), (6, 9), (9, 9)]


async def test_a_database_that_is_no_demonstration_is_left_alone(
    world: World, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "records.jsonl", person())

    with pytest.raises(NotADemonstration):
        await load(file, world.ports)

    assert await PersonRow.all().count() == 0


async def test_only_an_empty_database_is_marked_as_a_demonstration(world: World) -> None:
    await mark_as_demonstration(world.ports)
    await mark_as_demonstration(world.ports)
    await world.person()
    await mark_as_demonstration(world.ports)
    assert (await InstallationRow.all().get()).is_demonstration

    await InstallationRow.all().delete()
    with pytest.raises(NotADemonstration):
        await mark_as_demonstration(world.ports)
    assert not await InstallationRow.exists()


async def test_a_database_marked_as_real_is_never_marked_otherwise(world: World) -> None:
    await InstallationRow.create(name="gongji", is_demonstration=False, marked_at=NOON)

    with pytest.raises(NotADemonstration):
        await mark_as_demonstration(world.ports)

    assert not (await InstallationRow.all().get()).is_demonstration
