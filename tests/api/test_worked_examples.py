"""The worked examples of rules.md section 4 over HTTP: every figure and reason for every viewer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gongji.domain.bill import Bill
from gongji.domain.institution import InstitutionKind
from gongji.domain.person import AccountStatus, Scheme
from tests.api.conftest import Api
from tests.api.mutations.asking import request
from tests.bills_sent import bill_to_settle, question
from tests.builders import bill_e1, bill_e2, bill_e3, fen
from tests.documents import document
from tests.world import STAFF, Person, Place, World

Told = tuple[str, int | None, str | None, str, str, str | None, str, str]
"""Type, rank, name, drawn, outcome, reason, clause and sentence of one step."""

NAMES = {"A": "王小兰", "B": "扎西"}
A, B = "王*兰", "扎*"
NO_CASH: Told = ("CASH", None, None, "0.00", "CASH", None, "G4", "个人不需要支付现金。")


def own(drawn: str, reason: str | None) -> Told:
    """Tell what the own account paid: all that was due, or all that it had."""
    outcome = "PAID_ALL_AVAILABLE" if reason else "PAID"
    why = "，余额已用完" if reason else ""
    return (
        "OWN",
        None,
        None,
        drawn,
        outcome,
        reason,
        "S2.1",
        f"由本人的个人账户支付¥{drawn}{why}。",
    )


def emptied(rank: int, name: str, drawn: str) -> Told:
    """Tell a beneficiary that a sharer paid all that was there for the bill, and not why."""
    sentence = f"由第{rank}顺位共济人{name}的个人账户支付¥{drawn}，该账户本次可用的金额已用完。"
    return ("SHARED", rank, name, drawn, "PAID_ALL_AVAILABLE", None, "S2.2", sentence)


def cash(drawn: str) -> Told:
    """Tell of the rest that nobody's account paid."""
    return ("CASH", None, None, drawn, "CASH", None, "G4", f"其余¥{drawn}由个人现金支付。")


def not_eligible(drawn: str) -> Told:
    """Tell of what no account may pay."""
    sentence = f"不属于个人账户支付范围的¥{drawn}由个人现金支付。"
    return ("CASH", None, None, drawn, "CASH", "NOT_ELIGIBLE", "G12", sentence)


@dataclass(frozen=True)
class Example:
    """One worked example; amounts in yuan as the rules write them.

    Args:
        own: balance of the own account; None: a resident child without one.
        sharers: balances before, in the order in which they accepted.
        order: how the beneficiary orders them; None leaves it to the bureau's rule.
        sums: personal share, eligible, own, shared and cash.
        legs: type, rank, name and amount.
        told: what the beneficiary reads.
        exact: the reasons that staff reads, where there are steps of sharers.
        draws: what each sharer reads of the own draws.
        after: balances of own account and sharers afterwards.
    """

    bill: Bill
    own: str | None
    sharers: dict[str, str]
    sums: tuple[str, str, str, str, str]
    legs: list[tuple[str, int | None, str | None, str]]
    told: list[Told]
    exact: list[str | None]
    draws: dict[str, list[str]]
    after: dict[str, str]
    order: str | None = None
    frozen: str = ""
    place: InstitutionKind = InstitutionKind.HOSPITAL
    rules: dict[str, Any] = field(default_factory=dict)


E2_LEGS = [
    ("OWN", None, None, "118.63"),
    ("SHARED", 1, A, "300.00"),
    ("SHARED", 2, B, "205.88"),
]
E2_AFTER = {"own": "0.00", "A": "0.00", "B": "0.00"}
E2_DRAWS = {"A": ["300.00"], "B": ["205.88"]}
E2_SHARERS = {"A": "300.00", "B": "205.88"}

EXAMPLES = {
    "E1": Example(
        bill_e1(),
        own="260.00",
        sharers={},
        sums=("178.50", "178.50", "178.50", "0.00", "0.00"),
        legs=[("OWN", None, None, "178.50")],
        told=[own("178.50", None), NO_CASH],
        exact=[],
        draws={},
        after={"own": "81.50"},
    ),
    "E1, sharers are not needed": Example(
        bill_e1(),
        own="260.00",
        sharers=E2_SHARERS,
        sums=("178.50", "178.50", "178.50", "0.00", "0.00"),
        legs=[("OWN", None, None, "178.50")],
        told=[
            own("178.50", None),
            *(
                (
                    "SHARED",
                    rank,
                    name,
                    "0.00",
                    "NOT_NEEDED",
                    None,
                    "S2.2",
                    f"费用已付清，未使用第{rank}顺位共济人{name}的账户。",
                )
                for rank, name in ((1, A), (2, B))
            ),
            NO_CASH,
        ],
        exact=[None, None],
        draws={"A": [], "B": []},
        after={"own": "81.50", "A": "300.00", "B": "205.88"},
    ),
    "E2": Example(
        bill_e2(),
        own="118.63",
        sharers=E2_SHARERS,
        sums=("751.27", "751.27", "118.63", "505.88", "126.76"),
        legs=E2_LEGS,
        told=[
            own("118.63", "BALANCE"),
            emptied(1, A, "300.00"),
            emptied(2, B, "205.88"),
            cash("126.76"),
        ],
        exact=["BALANCE", "BALANCE"],
        draws=E2_DRAWS,
        after=E2_AFTER,
    ),
    "E2, order B, A": Example(
        bill_e2(),
        own="118.63",
        sharers=E2_SHARERS,
        order="BA",
        sums=("751.27", "751.27", "118.63", "505.88", "126.76"),
        legs=[
            ("OWN", None, None, "118.63"),
            ("SHARED", 1, B, "205.88"),
            ("SHARED", 2, A, "300.00"),
        ],
        told=[
            own("118.63", "BALANCE"),
            emptied(1, B, "205.88"),
            emptied(2, A, "300.00"),
            cash("126.76"),
        ],
        exact=["BALANCE", "BALANCE"],
        draws=E2_DRAWS,
        after=E2_AFTER,
    ),
    "E2, A with 3000.00 and order B, A": Example(
        bill_e2(),
        own="118.63",
        sharers={"A": "3000.00", "B": "205.88"},
        order="BA",
        sums=("751.27", "751.27", "118.63", "632.64", "0.00"),
        legs=[
            ("OWN", None, None, "118.63"),
            ("SHARED", 1, B, "205.88"),
            ("SHARED", 2, A, "426.76"),
        ],
        told=[
            own("118.63", "BALANCE"),
            emptied(1, B, "205.88"),
            (
                "SHARED",
                2,
                A,
                "426.76",
                "PAID",
                None,
                "S2.2",
                f"由第2顺位共济人{A}的个人账户支付¥426.76。",
            ),
            NO_CASH,
        ],
        exact=["BALANCE", None],
        draws={"A": ["426.76"], "B": ["205.88"]},
        after={"own": "0.00", "A": "2573.24", "B": "0.00"},
    ),
    "E2, self-paid excluded": Example(
        bill_e2(),
        own="118.63",
        sharers=E2_SHARERS,
        rules={"self_paid_counts": False},
        sums=("751.27", "654.87", "118.63", "505.88", "126.76"),
        legs=E2_LEGS,
        told=[
            own("118.63", "BALANCE"),
            emptied(1, A, "300.00"),
            emptied(2, B, "205.88"),
            cash("30.36"),
            not_eligible("96.40"),
        ],
        exact=["BALANCE", "BALANCE"],
        draws=E2_DRAWS,
        after=E2_AFTER,
    ),
    "E3": Example(
        bill_e3(),
        own=None,
        sharers={"A": "510.00", "B": "90.10"},
        frozen="A",
        place=InstitutionKind.PHARMACY,
        sums=("187.35", "129.35", "0.00", "90.10", "97.25"),
        legs=[("SHARED", 2, B, "90.10")],
        told=[
            (
                "SHARED",
                1,
                A,
                "0.00",
                "SKIPPED",
                "UNAVAILABLE",
                "G3",
                f"第1顺位共济人{A}的账户目前不可用，跳过。",
            ),
            emptied(2, B, "90.10"),
            cash("39.25"),
            not_eligible("58.00"),
        ],
        exact=["STATUS", "BALANCE"],
        draws={"A": [], "B": ["90.10"]},
        after={"A": "510.00", "B": "0.00"},
    ),
}


@dataclass
class Stage:
    """The people and the place of an example, ready to settle its bill."""

    example: Example
    api: Api
    world: World
    people: dict[str, Person]
    place: Place

    async def till(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Ask as the till; return the root field."""
        answer = await self.api.as_(self.place.actor).query(document(operation), **variables)
        found: dict[str, Any] = answer[_field_of(operation)]
        return found

    async def quote(self) -> dict[str, Any]:
        """Quote the bill."""
        asked = question(self.example.bill, self.people["own"].id_number)
        return await self.till("till/QuoteSettlement", input=asked)

    async def settle(self, **if_plan: Any) -> dict[str, Any]:
        """Settle the bill under a fresh key."""
        sent = bill_to_settle(self.example.bill, self.people["own"].id_number, **if_plan)
        return await self.till("till/SettleBill", input=sent)

    async def settled(self) -> dict[str, Any]:
        """Settle the bill; return the receipt."""
        receipt: dict[str, Any] = (await self.settle())["receipt"]
        return receipt

    async def reorder(self, order: str) -> None:
        """Let the beneficiary set the order."""
        family = await self.ask("own", "mini_program/FamilyAccount")
        by_name = {one["sharerName"]: one["id"] for one in family["sharers"]}
        masked = {"A": A, "B": B}
        chosen = request(
            bindingIds=[by_name[masked[name]] for name in order],
            expectedVersion=family["orderVersion"],
        )
        ordered = await self.ask("own", "mini_program/ReorderSharers", input=chosen)
        assert ordered["__typename"] == "ReorderSharersPayload"

    async def ask(self, who: str, operation: str, **variables: Any) -> dict[str, Any]:
        """Ask as one of the people; return the root field."""
        actor = self.people[who].actor
        answer = await self.api.as_(actor).query(document(operation), **variables)
        found: dict[str, Any] = answer[_field_of(operation)]
        return found

    async def balances(self) -> dict[str, int]:
        """Return the balances of all accounts."""
        return {
            name: await self.world.balance(person)
            for name, person in self.people.items()
            if person.account_id
        }


def _field_of(operation: str) -> str:
    name = operation.partition("/")[2].removeprefix("Read")
    return name[0].lower() + name[1:]


Staging = Callable[[str], Awaitable[Stage]]


@pytest.fixture
def staging(api: Api, world: World) -> Staging:
    """Return a function that peoples the world for an example."""

    async def stage(name: str) -> Stage:
        example = EXAMPLES[name]
        await world.policy(**example.rules)
        people = {"own": await _beneficiary(world, example)}
        for letter, balance in example.sharers.items():
            frozen = AccountStatus.FROZEN if letter in example.frozen else AccountStatus.NORMAL
            people[letter] = await world.person(
                NAMES[letter], balance=fen(balance), account_status=frozen
            )
            await world.bind(people[letter], people["own"])
        staged = Stage(example, api, world, people, await world.institution(example.place))
        if example.order:
            await staged.reorder(example.order)
        return staged

    return stage


async def _beneficiary(world: World, example: Example) -> Person:
    if example.own is None:
        return await world.person("央金", scheme=Scheme.RESIDENT)
    return await world.person("卓玛", balance=fen(example.own))


def sums_of(shown_sums: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(shown_sums[f"{name}Fen"] for name in names)


every_example = pytest.mark.parametrize("name", EXAMPLES)


@every_example
async def test_the_till_reads_own_shared_and_cash(staging: Staging, name: str) -> None:
    stage = await staging(name)
    receipt = await stage.settled()

    example = stage.example
    assert sums_of(receipt, "personalShare", "eligible", "own", "shared", "cash") == tuple(
        map(fen, example.sums)
    )
    assert sums_of(receipt, "total", "fundPaid") == (example.bill.total, example.bill.fund_paid)
    assert receipt["ownBalanceAfterFen"] == (
        None if example.own is None else fen(example.after["own"])
    )
    assert (receipt["cashReason"], receipt["cashReasonMessage"]) == (None, None)
    assert receipt == await stage.till("till/TillReceipt", id=receipt["id"])


@every_example
async def test_law_6_the_quote_is_the_settlement_that_follows(staging: Staging, name: str) -> None:
    stage = await staging(name)
    quote = await stage.quote()
    assert await stage.quote() == quote
    settled = await stage.settle(ifPlan=quote["plan"]["plan"])

    receipt, plan = settled["receipt"], quote["plan"]
    parts = ("eligible", "own", "shared", "cash")
    assert (
        sums_of(plan, *parts) == sums_of(receipt, *parts) == tuple(map(fen, stage.example.sums[1:]))
    )
    assert sums_of(quote, "personalShare", "ownBalanceAfter") == sums_of(
        receipt, "personalShare", "ownBalanceAfter"
    )


@every_example
async def test_the_beneficiary_reads_the_bill_each_leg_and_why(staging: Staging, name: str) -> None:
    stage = await staging(name)
    receipt = await stage.settled()
    seen = await stage.ask("own", "mini_program/Settlement", id=receipt["id"])

    example, bill = stage.example, stage.example.bill
    parts = ("total", "selfPaid", "overLimit", "firstPay", "inScope", "fundPaid", "hospitalPaid")
    assert sums_of(seen, *parts) == (
        bill.total,
        bill.self_paid,
        bill.over_limit,
        bill.first_pay,
        bill.in_scope,
        bill.fund_paid,
        bill.hospital_paid,
    )
    assert sums_of(seen, "personalShare", "eligible", "own", "shared", "cash") == tuple(
        map(fen, example.sums)
    )
    assert [line["amountFen"] for line in seen["lines"]] == [line.amount for line in bill.lines]
    assert legs_of(seen) == [(*leg[:3], fen(leg[3])) for leg in example.legs]
    assert told_in(seen) == [(*step[:3], fen(step[3]), *step[4:]) for step in example.told]
    assert (seen["status"], seen["reversal"]) == ("SETTLED", None)


def legs_of(seen: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("type", "rank", "sharerName", "amountFen")
    return [tuple(leg[name] for name in names) for leg in seen["legs"]]


def told_in(seen: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = (
        *("type", "rank", "sharerName", "drawnFen"),
        *("outcome", "reason", "clause", "sentence"),
    )
    return [tuple(step[name] for name in names) for step in seen["explanation"]]


@every_example
async def test_staff_read_the_exact_reason_of_every_sharer(staging: Staging, name: str) -> None:
    stage = await staging(name)
    receipt = await stage.settled()
    answer = await stage.api.as_(STAFF).query(
        document("dashboard/ReadSettlement"), id=receipt["id"]
    )

    seen = answer["settlement"]
    reasons = [step["reason"] for step in seen["explanation"] if step["type"] == "SHARED"]
    assert reasons == stage.example.exact
    assert legs_of(seen) == [(*leg[:3], fen(leg[3])) for leg in stage.example.legs]
    for step in seen["explanation"]:
        if step["reason"] == "BALANCE":
            assert step["sentence"].endswith("，余额已用完。")
        if step["reason"] == "STATUS":
            assert step["sentence"].endswith("的账户或参保状态不正常，跳过。")


@every_example
async def test_each_sharer_reads_the_own_draw_and_no_other(staging: Staging, name: str) -> None:
    stage = await staging(name)
    await stage.settled()

    for letter, amounts in stage.example.draws.items():
        draws = (await stage.ask(letter, "mini_program/SharedDraws"))["nodes"]
        assert [draw["amountFen"] for draw in draws] == list(map(fen, amounts))
        for draw in draws:
            assert (draw["place"], draw["county"]["code"]) == (stage.example.place, "542523")
            assert draw["beneficiaryName"] in {"卓*", "央*"}
            assert draw["reversedAt"] is None


@every_example
async def test_every_account_has_what_is_left(staging: Staging, name: str) -> None:
    stage = await staging(name)
    await stage.settled()

    assert await stage.balances() == {who: fen(left) for who, left in stage.example.after.items()}


async def test_reversing_e2_is_seen_by_all_and_returns_every_fen(staging: Staging) -> None:
    stage = await staging("E2")
    before = await stage.balances()
    receipt = await stage.settled()
    undoing = request(settlementId=receipt["id"])
    undone = await stage.till("till/ReverseSettlement", input=undoing)

    assert undone["__typename"] == "ReverseSettlementPayload"
    assert await stage.balances() == before
    again = await stage.till("till/ReverseSettlement", input=undoing)
    other = await stage.till("till/ReverseSettlement", input=request(settlementId=receipt["id"]))
    assert again == undone | {"replayed": True}
    assert (other["__typename"], other["reversalId"]) == (
        "AlreadyReversed",
        undone["reversal"]["id"],
    )
    assert await stage.balances() == before
    seen = await stage.ask("own", "mini_program/Settlement", id=receipt["id"])
    assert (seen["status"], seen["reversal"]["id"]) == ("REVERSED", undone["reversal"]["id"])
    assert legs_of(seen) == [(*leg[:3], fen(leg[3])) for leg in EXAMPLES["E2"].legs]
    for letter, amount in (("A", "300.00"), ("B", "205.88")):
        (draw,) = (await stage.ask(letter, "mini_program/SharedDraws"))["nodes"]
        assert (draw["amountFen"], draw["reversedAt"]) == (
            fen(amount),
            undone["reversal"]["reversedAt"],
        )
        entries = (await stage.ask(letter, "mini_program/Movements"))["nodes"]
        assert [(one["kind"], one["amountFen"], one["balanceAfterFen"]) for one in entries] == [
            ("SHARED_REVERSED", fen(amount), fen(amount)),
            ("SHARED", -fen(amount), 0),
            ("OPENING", fen(amount), fen(amount)),
        ]


async def test_a_plan_that_a_reorder_changed_is_refused_with_the_fresh_one(
    staging: Staging,
) -> None:
    stage = await staging("E2, A with 3000.00 and order B, A")
    quote = await stage.quote()
    before = await stage.balances()
    await stage.reorder("AB")
    changed = await stage.settle(ifPlan=quote["plan"]["plan"])

    assert changed["__typename"] == "PlanChanged"
    assert changed["code"] == "PLAN_CHANGED"
    assert await stage.balances() == before
    fresh = changed["fresh"]
    assert sums_of(fresh, "eligible", "own", "shared", "cash") == tuple(
        map(fen, ("751.27", "118.63", "632.64", "0.00"))
    )
    assert fresh["plan"] != quote["plan"]["plan"]
    assert (await stage.quote())["plan"] == fresh
    settled = await stage.settle(ifPlan=fresh["plan"])
    assert settled["__typename"] == "SettleBillPayload"
    assert await stage.balances() == {
        "own": 0,
        "A": fen("3000.00") - fen("632.64"),
        "B": fen("205.88"),
    }


async def test_an_order_that_went_there_and_back_leaves_the_plan_as_it_was(
    staging: Staging,
) -> None:
    stage = await staging("E2, order B, A")
    quote = await stage.quote()
    await stage.reorder("AB")
    await stage.reorder("BA")

    settled = await stage.settle(ifPlan=quote["plan"]["plan"])

    assert settled["receipt"]["sharedFen"] == fen("505.88")


@pytest.mark.parametrize("no_plan", [{}, {"ifPlan": None}])
async def test_without_a_plan_the_order_at_settling_rules(
    staging: Staging, no_plan: dict[str, None]
) -> None:
    stage = await staging("E2, A with 3000.00 and order B, A")
    await stage.quote()
    await stage.reorder("AB")

    settled = await stage.settle(**no_plan)

    seen = await stage.ask("own", "mini_program/Settlement", id=settled["receipt"]["id"])
    assert legs_of(seen)[1:] == [("SHARED", 1, A, fen("632.64"))]


async def test_a_plan_of_the_binding_that_has_ended_no_longer_holds(staging: Staging) -> None:
    stage = await staging("E2")
    quote = await stage.quote()
    family = await stage.ask("B", "mini_program/FamilyAccount")
    (binding,) = family["beneficiaries"]
    ended = await stage.ask("B", "mini_program/EndBinding", input=request(bindingId=binding["id"]))
    assert ended["__typename"] == "EndBindingPayload"

    changed = await stage.settle(ifPlan=quote["plan"]["plan"])

    assert changed["__typename"] == "PlanChanged"
    assert sums_of(changed["fresh"], "shared", "cash") == (fen("300.00"), fen("332.64"))
