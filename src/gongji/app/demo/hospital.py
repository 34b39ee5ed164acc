"""The hospital's chapters: worked example E2 to the fen, seen by everybody, and its reversal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from gongji.app.demo import texts
from gongji.app.demo.cast import (
    CLERK,
    DROLMA,
    E2_BILL,
    E2_CASH,
    E2_LEGS,
    E2_OWN,
    E2_SHARED,
    HOSPITAL_NAME,
    OUR_BILLS,
    PHUNTSOK,
    PUBU,
)
from gongji.app.demo.clients import Clients, StoryBroken
from gongji.app.demo.household import balances
from gongji.app.demo.screen import Figure, Screen
from gongji.domain.business_day import SHANGHAI
from gongji.domain.money import NOTHING, yuan


def settle(screen: Screen, clients: Clients, now: datetime) -> str:
    """Let the till quote and settle E2, and send it once more; return the settlement's id.

    Raises:
        StoryBroken: a figure differs from the worked example.
    """
    bill = {**E2_BILL, "institutionBillNo": _bill_number(now)}
    shown = {"credential": {"kind": "ID_CARD", "number": PUBU.id_number}, "bill": bill}
    screen.chapter(texts.BILL.format(hospital=HOSPITAL_NAME))
    screen.table(
        texts.BILL_COLUMNS,
        [(field, name, yuan(E2_BILL[part])) for field, name, part in texts.BILL_LINES],
    )

    plan = clients.till.ask("QuoteSettlement", input=shown)["plan"]
    screen.figures(texts.QUOTE, _split(plan))

    request = {"requestId": str(uuid4()), **shown, "ifPlan": plan["plan"]}
    receipt = clients.till.ask("SettleBill", input=request)["receipt"]
    after = Figure(texts.OWN_AFTER, NOTHING, receipt["ownBalanceAfterFen"])
    screen.figures(texts.SETTLE, [*_split(receipt), after])
    screen.say(texts.SETTLE_NOTE)

    again = clients.till.ask("SettleBill", input=request)
    if not again["replayed"] or again["receipt"] != receipt:
        raise StoryBroken(texts.NOT_REPLAYED)
    screen.say(texts.RETRIED.format(id=again["receipt"]["id"]))
    emptied = balances(clients, {PUBU: NOTHING, DROLMA: NOTHING, PHUNTSOK: NOTHING})
    screen.figures(texts.BALANCES, emptied)
    return str(receipt["id"])


def _bill_number(now: datetime) -> str:
    """Return a bill number that no earlier run had."""
    return f"{OUR_BILLS}{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S-%f}"


def _split(amounts: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure(texts.OWN, E2_OWN, amounts["ownFen"]),
        Figure(texts.SHARED, E2_SHARED, amounts["sharedFen"]),
        Figure(texts.CASH, E2_CASH, amounts["cashFen"]),
    ]


def explain(screen: Screen, clients: Clients, settlement_id: str) -> None:
    """Show how it was paid, as the beneficiary is told.

    Raises:
        StoryBroken: a leg differs from the worked example.
    """
    settlement = clients.of(PUBU).ask("Settlement", id=settlement_id)
    screen.chapter(texts.EXPLAINED)
    screen.table(
        texts.EXPLAINED_COLUMNS,
        [
            (str(number), step["sentence"], step["clause"], yuan(step["drawnFen"]))
            for number, step in enumerate(settlement["explanation"], start=1)
        ],
    )
    screen.figures(
        texts.LEGS,
        [
            Figure(_leg_name(leg), expected, leg["amountFen"])
            for expected, leg in zip(E2_LEGS, settlement["legs"], strict=True)
        ],
    )


def _leg_name(leg: Mapping[str, Any]) -> str:
    if leg["type"] == "OWN":
        return texts.LEG_OWN
    return texts.LEG_SHARED.format(rank=leg["rank"], name=leg["sharerName"])


def show_draws(screen: Screen, clients: Clients) -> None:
    """Show what each sharer sees of it.

    Raises:
        StoryBroken: an amount differs from the worked example.
    """
    draws = [
        (sharer, clients.of(sharer).ask("SharedDraws", first=1)["nodes"][0])
        for sharer in (DROLMA, PHUNTSOK)
    ]
    screen.chapter(texts.DRAWN)
    screen.table(
        texts.DRAWN_COLUMNS,
        [
            (
                sharer.name,
                draw["beneficiaryName"],
                draw["businessDay"],
                draw["county"]["name"],
                texts.PLACE_KINDS[draw["place"]],
            )
            for sharer, draw in draws
        ],
    )
    screen.figures(
        texts.DRAWN_FIGURES,
        [
            Figure(sharer.name, expected, draw["amountFen"])
            for expected, (sharer, draw) in zip(E2_LEGS[1:], draws, strict=True)
        ],
    )


def reverse(screen: Screen, clients: Clients, settlement_id: str) -> None:
    """Undo the settlement; everybody has again what they had.

    Raises:
        StoryBroken: a balance differs from what it was before.
    """
    done = clients.till.change("ReverseSettlement", settlementId=settlement_id)["reversal"]
    screen.chapter(texts.REVERSE)
    screen.say(texts.REVERSED.format(clerk=CLERK, id=done["id"]))
    before = {one: one.balance for one in (PUBU, DROLMA, PHUNTSOK) if one.balance is not None}
    screen.figures(texts.BALANCES, balances(clients, before))
