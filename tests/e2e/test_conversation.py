"""A bill settled at one server process is heard of, live, at another one of the same database."""

import json
from typing import Any

import httpx
from httpx_ws import AsyncWebSocketSession, aconnect_ws

from tests.bills_sent import bill_to_settle
from tests.builders import bill
from tests.documents import document
from tests.e2e.gateway import PATIENCE_S, Gateway
from tests.e2e.installation import Installation, installed
from tests.registry_files import FATHER, account, binding, kinship, person, policy

FOLLOW = document("mini_program/ConversationEvents")
HOSPITAL = "H54252300001"
RECORDS = (
    policy(),
    {"record": "institution", "code": HOSPITAL, "name": "狮泉河雪山医院", "region": "542523"},
    person(),
    person(FATHER, name="次仁"),
    account(),
    kinship(),
    binding(),
)


async def test_what_one_server_does_another_one_tells_at_once() -> None:
    async with installed(*RECORDS) as installation:
        other = Gateway.start(installation.folder)
        try:
            till, father = await installation.till(HOSPITAL), await installation.person(FATHER)
            socket: AsyncWebSocketSession
            async with (
                httpx.AsyncClient() as client,
                aconnect_ws(
                    f"{other.url}/graphql", client, subprotocols=["graphql-transport-ws"]
                ) as socket,
            ):
                await socket.send_json({"type": "connection_init", "payload": {"token": father}})
                await frame(socket)
                variables = {"after": await newest_change(installation, father)}
                payload = {"query": FOLLOW, "variables": variables}
                await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
                settled = await installation.ask(
                    till, document("till/SettleBill"), input=bill_to_settle(bill(), FATHER)
                )
                cards = [await card(socket)]
                while cards[-1] != "ReceiptCard":
                    cards.append(await card(socket))
        finally:
            assert other.end() == 0

    assert settled.json()["data"]["settleBill"]["__typename"] == "SettleBillPayload"
    # The loaded binding may have been told of while the second server started.
    assert cards[-2:] in (["BindingCard", "ReceiptCard"], ["ReceiptCard"])


async def newest_change(installation: Installation, token: str) -> str:
    answer = await installation.ask(
        token, "{ conversation { ... on Conversation { newestChange } } }"
    )
    change: str = answer.json()["data"]["conversation"]["newestChange"]
    return change


async def card(socket: AsyncWebSocketSession) -> str:
    event = (await frame(socket))["payload"]["data"]["conversationEvents"]
    kind: str = event["message"]["card"]["__typename"]
    return kind


async def frame(socket: AsyncWebSocketSession) -> Any:
    return json.loads(await socket.receive_text(timeout=PATIENCE_S))
