"""Every sentence of the language, and every press, is answered by what can be shown."""

import json
from datetime import date
from typing import Any, Final

import pytest

from gongji.domain.binding import BindingStatus
from gongji.domain.kinship import Kinship
from gongji.domain.person import Scheme
from gongji.store.rows import TariffRow
from tests.api.chatting import Speaker, names
from tests.api.conftest import Api
from tests.bills import bill, settle_bill, settling
from tests.chat.labelled import lines
from tests.world import NGARI, World


def one_of_each() -> list[str]:
    """Return a labelled sentence for each meaning: its intent and which slots it has, and how."""
    found: dict[str, str] = {}
    for line in lines("sentences.jsonl"):
        slots = {name: value for name, value in line.items() if name != "text"}
        if "id_number" not in slots:
            found.setdefault(json.dumps(_shape(slots), sort_keys=True), line["text"])
    return list(found.values())


def _shape(slots: dict[str, Any]) -> dict[str, Any]:
    amounts = {"amount": bool(slots["amount"])} if "amount" in slots else {}
    return {**slots, **amounts}


SENTENCES: Final = one_of_each()


@pytest.fixture(params=["me", "mother", "son", "stranger"])
async def speaker(request: pytest.FixtureRequest, api: Api, world: World) -> Speaker:
    """Return somebody of a family in which everybody shares with others, in every state."""
    await world.policy()
    await TariffRow.create(
        region=NGARI,
        year=2027,
        category="ADULT",
        amount_fen=400_00,
        opens_on=date(2026, 9, 1),
        closes_on=date(2026, 12, 31),
    )
    people = {
        "me": await world.person("卓玛", balance=5000_00),
        "mother": await world.person("王秀英", balance=800_00, born_on=date(1955, 3, 1)),
        "father": await world.person("李建国", balance=60_00, born_on=date(1952, 3, 1), male=True),
        "husband": await world.person("扎西", balance=0, male=True),
        "son": await world.person(
            "次仁", scheme=Scheme.RESIDENT, born_on=date(2004, 1, 1), male=True
        ),
        "younger": await world.person(
            "旺堆", scheme=Scheme.RESIDENT, born_on=date(2008, 1, 1), male=True
        ),
        "stranger": await world.person("王强"),
    }
    me, mother, father = people["me"], people["mother"], people["father"]
    await world.bind(mother, me, kinship=Kinship.CHILD)
    await world.bind(father, me, kinship=Kinship.CHILD, limit_month_fen=100_00)
    await world.bind(people["husband"], me, status=BindingStatus.INVITED)
    await world.bind(me, mother, kinship=Kinship.PARENT, limit_settlement_fen=50_00)
    await world.bind(me, father, kinship=Kinship.PARENT, status=BindingStatus.PAUSED)
    await world.bind(me, people["husband"], status=BindingStatus.IN_REVIEW)
    await world.bind(me, people["son"], kinship=Kinship.CHILD)
    await world.bind(me, people["younger"], kinship=Kinship.CHILD, status=BindingStatus.INVITED)
    hospital = await world.institution()
    for number, who in enumerate((me, people["son"])):
        await settle_bill(settling(who, bill(str(number), 20_00)), hospital.actor, world.ports)
    return Speaker(api, people[request.param])


async def test_every_sentence_is_answered_by_what_can_be_shown(speaker: Speaker) -> None:
    """First nothing is confirmed, so that each finds the whole family; then everything is."""
    for button in ("CANCEL", "CONFIRM"):
        for text in SENTENCES:
            message = await speaker.says(text)
            while message["card"] is not None and names(message):
                pressed = await speaker.press(message, _pressed(names(message), button))
                if (message := pressed["reply"]) is None:
                    break
            assert (await speaker.reads())["__typename"] == "Conversation", text


def _pressed(shown: list[str], button: str) -> str:
    return button if button in shown else shown[-1]
