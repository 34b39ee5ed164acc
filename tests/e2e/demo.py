"""The demo family of the browser tests, and programs that speak for its people and its hospital."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2

from tests import readme
from tests.documents import document
from tests.e2e.built import BUILT
from tests.e2e.gateway import Gateway

PUBU: Final = "54259919680521019X"
DROLMA: Final = "542599197012010221"
PHUNTSOK: Final = "542599199501300237"
WANG: Final = "54259919700308013X"
DEKYI: Final = "542599198804120028"
NGAWANG: Final = "542599195502200053"
HOSPITAL: Final = "H54252100005"
E2: Final = {
    "visit": "OUTPATIENT",
    "totalFen": 128647,
    "selfPaidFen": 9640,
    "overLimitFen": 1235,
    "firstPayFen": 8572,
    "inScopeFen": 109200,
    "fundPaidFen": 53520,
    "personalShareFen": 75127,
}
"""The bill of worked example E2, without its number."""


@contextmanager
def serving_the_demonstration() -> Iterator[Gateway]:
    """Start a gateway with the demo families and the built pages; remove all of it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="gongji-browser-tests-"))
    gateway = Gateway.start(
        folder,
        "--demo",
        GONGJI_OPERATIONS_FOLDER=str(readme.ROOT / "schema" / "operations"),
        GONGJI_FRONT_END_FOLDER=str(BUILT),
    )
    try:
        assert gateway.url
        yield gateway
    finally:
        gateway.end()
        for sign in folder.rglob("elsewhere"):
            shutil.rmtree(sign.read_text(encoding="utf-8").strip(), ignore_errors=True)
        shutil.rmtree(folder)


class Caller:
    """A program that speaks for somebody: another device, or a till."""

    def __init__(self, gateway: Gateway, **whom: str) -> None:
        answer = httpx2.post(gateway.url + "/development/tokens", json=whom)
        self._url = gateway.url + "/graphql"
        self._headers = {"authorization": f"Bearer {answer.json()['token']}"}

    def ask(self, name: str, **variables: Any) -> Any:
        """Ask an operation of a client; return what its one field answered."""
        body = {"query": document(name), "variables": variables}
        told = httpx2.post(self._url, json=body, headers=self._headers, timeout=60).json()
        assert "errors" not in told, told
        (answer,) = told["data"].values()
        return answer

    def say(self, text: str) -> Any:
        """Say something in the chat; return the message and its reply."""
        wanted = {"requestId": str(uuid4()), "text": text}
        return self.ask("mini_program/SendMessage", input=wanted)

    def conversation(self) -> Any:
        """Return the newest page of the conversation."""
        return self.ask("mini_program/Conversation")


def settle_e2(gateway: Gateway, bill_no: str) -> None:
    """Let a hospital's till settle worked example E2 for 普布."""
    settled = Caller(gateway, institutionCode=HOSPITAL).ask(
        "till/SettleBill",
        input={
            "requestId": str(uuid4()),
            "credential": {"kind": "ID_CARD", "number": PUBU},
            "bill": {"institutionBillNo": bill_no, **E2},
        },
    )
    assert settled["receipt"]["cashFen"] == 12676, settled
