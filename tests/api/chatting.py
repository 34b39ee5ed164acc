"""People of the tests who talk to the service: they send, read, and press buttons."""

from dataclasses import dataclass
from typing import Any

from gongji.api.ids import PERSON
from tests.api.conftest import Api
from tests.api.mutations.asking import shown
from tests.api.mutations.family import say
from tests.documents import document
from tests.world import Person, key


@dataclass
class Speaker:
    """A person at a device; with ``ward`` for somebody else."""

    api: Api
    person: Person
    ward: Person | None = None

    @property
    def on_behalf_of(self) -> str | None:
        return None if self.ward is None else shown(PERSON, self.ward.id)

    async def send(self, text: str, **fields: Any) -> dict[str, Any]:
        """Send a message; returns the whole answer."""
        asked = {"text": text, "onBehalfOf": self.on_behalf_of, **fields}
        return await say(self.api, self.person, "SendMessage", **asked)

    async def says(self, text: str) -> dict[str, Any]:
        """Send a message; returns the reply."""
        answer = await self.send(text)
        reply: dict[str, Any] = answer["reply"]
        return reply

    async def hears(self, text: str) -> str:
        """Send a message; returns the text of the reply, which has no card."""
        reply = await self.says(text)
        assert reply["card"] is None, reply
        told: str = reply["text"]
        return told

    async def shows(self, text: str) -> dict[str, Any]:
        """Send a message; returns the card of the reply."""
        card: dict[str, Any] = (await self.says(text))["card"]
        assert card is not None
        return card

    async def press(self, message: dict[str, Any], button: str) -> dict[str, Any]:
        """Press a button of a message's card, known by how its name begins."""
        names = [one["name"] for one in message["card"]["buttons"]]
        name = next((one for one in names if one.startswith(button)), button)
        return await self.press_named(message, name)

    async def press_named(self, message: dict[str, Any], button: str) -> dict[str, Any]:
        asked = {
            "messageId": message["id"],
            "button": button,
            "onBehalfOf": self.on_behalf_of,
        }
        answer = await self.api.as_(self.person.actor).query(
            document("mini_program/PressCardButton"), input=asked
        )
        pressed: dict[str, Any] = answer["pressCardButton"]
        return pressed

    async def confirms(self, text: str) -> str:
        """Send a message, press confirm on the card that asks; returns what is told."""
        message = await self.says(text)
        assert message["card"]["__typename"] == "ConfirmCard", message
        told: str = (await self.press(message, "CONFIRM"))["reply"]["text"]
        return told

    async def reads(self, **page: Any) -> dict[str, Any]:
        """Read the conversation; its newest messages first."""
        answer = await self.api.as_(self.person.actor).query(
            document("mini_program/Conversation"), onBehalfOf=self.on_behalf_of, **page
        )
        conversation: dict[str, Any] = answer["conversation"]
        return conversation

    async def again(self, message: dict[str, Any]) -> dict[str, Any]:
        """Read a message again, as it is shown now."""
        nodes = (await self.reads())["messages"]["nodes"]
        return next(one for one in nodes if one["id"] == message["id"])


def names(message: dict[str, Any]) -> list[str]:
    """Return the names of the buttons of a message's card."""
    return [one["name"] for one in message["card"]["buttons"]]


def request_id() -> str:
    return str(key())
