"""The last chapters: a premium for the mother, and what the staff sees."""

from gongji.app.demo import texts
from gongji.app.demo.cast import DROLMA, LEFT_AFTER_PREMIUM, PREMIUM, PUBU
from gongji.app.demo.clients import Clients
from gongji.app.demo.household import balances, bind_mother
from gongji.app.demo.screen import Figure, Screen, balance_of


def pay_premium(screen: Screen, clients: Clients) -> None:
    """Let 卓玛 pay her mother's premium for the coming year.

    Raises:
        StoryBroken: an amount differs, or no premium can be paid.
    """
    mother = bind_mother(clients)
    client = clients.of(DROLMA)
    payable = next(
        one
        for one in client.ask("PayablePremiums")["premiums"]
        if one["bindingId"] == mother and not one["reasons"]
    )
    paid = client.change(
        "PayPremium", bindingId=mother, year=payable["year"], ifPlan=payable["plan"]
    )["premium"]
    screen.chapter(texts.PREMIUM.format(year=paid["year"]))
    screen.table(
        texts.PREMIUM_COLUMNS,
        [
            (
                paid["insuredName"],
                str(paid["year"]),
                f"{payable['opensOn']} 至 {payable['closesOn']}",
                texts.PREMIUM_STATUS[paid["status"]],
                paid["taxReference"] or "",
            )
        ],
    )
    screen.figures(
        texts.PREMIUM_AMOUNT,
        [
            Figure(texts.PREMIUM_AMOUNT, PREMIUM, paid["amountFen"]),
            *balances(clients, {DROLMA: LEFT_AFTER_PREMIUM}),
        ],
    )


def look_as_staff(screen: Screen, clients: Clients) -> None:
    """Show the family account as the bureau's staff sees it."""
    person_id = clients.of(PUBU).ask("FamilyAccount")["person"]["id"]
    seen = clients.dashboard.ask("ReadFamilyAccount", personId=person_id, reason=texts.STAFF_REASON)
    person = seen["person"]
    sharers = "、".join(f"{one['rank']} {one['sharerName']}" for one in seen["sharers"])
    screen.chapter(texts.STAFF)
    screen.table(
        texts.STAFF_COLUMNS,
        [
            (
                person["name"],
                person["idNumber"],
                person["region"]["name"],
                balance_of(seen["account"]),
                sharers,
            )
        ],
    )
