"""The README as the tests read it: its session, its records, and answers that match shown ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

_STEP = re.compile(
    r"<!-- asks: (?P<who>\S+) -->\n```graphql\n(?P<request>.*?)```\n```json\n(?P<answer>.*?)```",
    re.DOTALL,
)
_RECORDS = re.compile(r"```jsonl\n(.*?)```", re.DOTALL)
_ID = re.compile(r"\b[a-z]{3}_[0-9a-z]{26}\b")


def text() -> str:
    """Return the README."""
    return README.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Step:
    """One request of the session, who sends it, and the answer that is shown."""

    who: str
    request: str
    answer: Any


def session() -> Iterator[Step]:
    """Return the session, request by request."""
    for found in _STEP.finditer(text()):
        yield Step(found["who"], found["request"], json.loads(found["answer"]))


def records() -> str:
    """Return the lines of the records that the README shows."""
    found = _RECORDS.search(text())
    assert found
    return found[1]


@dataclass
class Ids:
    """Which real id stands where the README shows its own."""

    real: dict[str, str] = field(default_factory=dict)

    def put(self, request: str) -> str:
        """Put the real ids into a request."""
        return _ID.sub(lambda shown: self.real.get(shown[0], shown[0]), request)

    def learn(self, shown: Any, real: Any) -> None:
        """Learn new ids from an answer beside the one that is shown."""
        pairs = zip(_ID.findall(json.dumps(shown)), _ID.findall(json.dumps(real)), strict=True)
        for one, other in pairs:
            self.real.setdefault(one, other)

    def shown(self, answer: Any) -> Any:
        """Return an answer with the README's ids in place of the real ones."""
        back = {real: shown for shown, real in self.real.items()}
        written = _ID.sub(lambda real: back.get(real[0], real[0]), json.dumps(answer))
        return json.loads(written)
