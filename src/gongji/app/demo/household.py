"""The family's chapters: who they are, invitations, acceptances, the order, and the way back."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gongji.app.demo import texts
from gongji.app.demo.cast import (
    CHODRON,
    DROLMA,
    FAMILY,
    OUR_BILLS,
    PHUNTSOK,
    PUBU,
    Player,
)
from gongji.app.demo.clients import Client, Clients, StoryBroken
from gongji.app.demo.screen import Figure, Screen, balance_of, moment
from gongji.domain.kinship import Kinship
from gongji.domain.money import Fen

_LIVE: Final = ("ACTIVE", "PAUSED")
_OPEN: Final = ("INVITED", "IN_REVIEW")
_TO_BE_REFUNDED: Final = ("DEBITED", "CONFIRMED")


def meet(screen: Screen, clients: Clients) -> None:
    """Show the family as the year begins.

    Raises:
        StoryBroken: a balance is not what the story begins with.
    """
    accounts = [(one, clients.of(one).ask("FamilyAccount")) for one in FAMILY]
    others = [one.name for one, account in accounts if _balance(account) != one.balance]
    if others:
        raise StoryBroken(texts.BEGINS_OTHERWISE.format(names="、".join(others)))
    screen.table(
        texts.CAST_COLUMNS,
        [
            (
                one.name,
                texts.ROLES[one.name],
                texts.CLIENTS[one.client],
                texts.SCHEMES[account["person"]["scheme"]],
                balance_of(account["account"]),
            )
            for one, account in accounts
        ],
        title=texts.CAST,
    )


def _balance(family: Mapping[str, Any]) -> Fen | None:
    return None if family["account"] is None else Fen(family["account"]["balanceFen"])


def balances(clients: Clients, expected: Mapping[Player, Fen]) -> list[Figure]:
    """Return what people's own accounts hold, beside what they must hold."""
    return [
        Figure(
            texts.BALANCE_OF.format(name=one.name),
            amount,
            clients.of(one).ask("FamilyAccount")["account"]["balanceFen"],
        )
        for one, amount in expected.items()
    ]


def bind(screen: Screen, clients: Clients) -> None:
    """Let wife and son invite 普布, and let him accept both."""
    invitations = [
        (DROLMA, _invite(clients, DROLMA, PUBU, Kinship.SPOUSE)),
        (PHUNTSOK, _invite(clients, PHUNTSOK, PUBU, Kinship.PARENT)),
    ]
    screen.chapter(texts.INVITE)
    screen.table(
        texts.INVITE_COLUMNS,
        [
            (
                sharer.name,
                PUBU.name,
                binding["kinshipName"],
                texts.BINDING_STATUS[binding["status"]],
                moment(binding["expiresAt"]),
            )
            for sharer, binding in invitations
        ],
    )
    screen.chapter(texts.ACCEPT.format(version=_declaration(clients.of(PUBU))))
    # The son is accepted first, so that the order that 普布 sets is one of his own choice.
    screen.table(
        texts.ACCEPT_COLUMNS,
        [_accepted(clients, PUBU, sharer, binding) for sharer, binding in reversed(invitations)],
    )


def bind_mother(clients: Clients) -> str:
    """Let 卓玛 invite her mother, who accepts; return the binding's id."""
    binding = _invite(clients, DROLMA, CHODRON, Kinship.PARENT)
    _accepted(clients, CHODRON, DROLMA, binding)
    return str(binding["id"])


def _declaration(client: Client) -> str:
    return str(client.ask("Policy")["declaration"]["version"])


def _invite(
    clients: Clients, sharer: Player, beneficiary: Player, kinship: Kinship
) -> Mapping[str, Any]:
    client = clients.of(sharer)
    binding: Mapping[str, Any] = client.change(
        "InviteRelative",
        name=beneficiary.name,
        idNumber=beneficiary.id_number,
        kinship=kinship,
        declarationVersion=_declaration(client),
    )["binding"]
    return binding


def _accepted(
    clients: Clients, beneficiary: Player, sharer: Player, invitation: Mapping[str, Any]
) -> tuple[str, str, str, str]:
    client = clients.of(beneficiary)
    binding = client.change(
        "AcceptInvitation",
        bindingId=invitation["id"],
        declarationVersion=_declaration(client),
    )["binding"]
    status = texts.BINDING_STATUS[binding["status"]]
    return beneficiary.name, sharer.name, status, moment(binding["acceptedAt"])


def order(screen: Screen, clients: Clients) -> None:
    """Let 普布 put his wife's account first and his son's second."""
    client = clients.of(PUBU)
    account = client.ask("FamilyAccount")
    wanted = sorted(account["sharers"], key=lambda one: one["kinship"] != Kinship.SPOUSE)
    client.change(
        "ReorderSharers",
        bindingIds=[one["id"] for one in wanted],
        expectedVersion=account["orderVersion"],
    )
    screen.chapter(texts.ORDER)
    screen.table(
        texts.ORDER_COLUMNS,
        [
            (str(one["rank"]), one["sharerName"], texts.AVAILABILITY[one["availability"]])
            for one in client.ask("FamilyAccount")["sharers"]
        ],
    )
    screen.say(texts.ORDER_NOTE)


def restore(clients: Clients) -> bool:
    """Take back what a run did: settlements, premiums, bindings. Tell whether there was any."""
    return any([*_reverse_all(clients), *_refund_all(clients), *_part_all(clients)])


def _reverse_all(clients: Clients) -> Iterator[bool]:
    for receipt in clients.till.ask("TillReceipts", first=100)["nodes"]:
        if receipt["reversal"] is None and receipt["institutionBillNo"].startswith(OUR_BILLS):
            clients.till.change("ReverseSettlement", settlementId=receipt["id"])
            yield True


def _refund_all(clients: Clients) -> Iterator[bool]:
    for premium in clients.of(DROLMA).ask("Premiums", side="PAYER", first=100)["nodes"]:
        if premium["status"] in _TO_BE_REFUNDED:
            clients.of(DROLMA).change("RefundPremium", premiumId=premium["id"])
            yield True


def _part_all(clients: Clients) -> Iterator[bool]:
    for sharer in (DROLMA, PHUNTSOK):
        client = clients.of(sharer)
        account = client.ask("FamilyAccount")
        for binding in account["beneficiaries"]:
            if binding["status"] in _LIVE:
                client.change("EndBinding", bindingId=binding["id"])
                yield True
        for binding in account["invitationsSent"]:
            if binding["status"] in _OPEN:
                client.change("WithdrawInvitation", bindingId=binding["id"])
                yield True
