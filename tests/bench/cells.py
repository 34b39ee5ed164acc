"""What the bench asks: a body for each question, and the callers who ask it in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from gongji.api.documents import Manifest
from gongji.app.development_tokens import TokenMaker
from tests.bench.callers import BILL_FEN, UNIFORM, read_callers
from tests.bench.town import Town

MOST_PEOPLE_WITH_TOKENS: Final = 2_000
"""Fewer than the gateway remembers: an app asks several things with one token."""

BARE: Final = "bare route"
TYPENAME: Final = "{ __typename }"
FAMILY: Final = "familyAccount"
QUOTE: Final = "quoteSettlement"
SETTLE: Final = "settleBill"


@dataclass(frozen=True, slots=True)
class Cell:
    """One question.

    Args:
        template: file with the body.
        callers: file with a token and a caller per line.
        expected: a text that every right answer contains.
        url: who is asked.
    """

    name: str
    template: Path
    callers: Path
    expected: str
    url: str


class Question:
    """Writes the files of the cells into a folder."""

    def __init__(self, folder: Path, manifest: Manifest, town: Town, tokens: TokenMaker) -> None:
        self._folder = folder
        self._manifest = manifest
        self._town = town
        self._tokens = tokens
        self._tills = {
            institution_id: tokens.till(institution_id, "收费员01")
            for institution_id in town.population.institution_ids
        }
        # The same people in the same order in every run.
        self._choice = Random(1)

    def cells(self, *, bare_url: str, gateway_url: str) -> list[Cell]:
        """Write the files of every cell but that of settling."""
        tills = self._at_tills(UNIFORM)
        anybody = {"query": "{ __typename }"}
        quoted = {"credential": _credential(), "bill": _bill()}
        return [
            self._cell(BARE, anybody, tills, '"__typename"', bare_url),
            self._cell(TYPENAME, anybody, tills, '"__typename"', gateway_url),
            self._cell(
                FAMILY,
                self._operation("mini_program", "FamilyAccount", {}),
                self._people(),
                '"sharers"',
                gateway_url,
            ),
            self._cell(
                QUOTE,
                self._operation("till", "QuoteSettlement", {"input": quoted}),
                tills,
                '"ownBalanceAfterFen"',
                gateway_url,
            ),
        ]

    def settling(self, spread: str, gateway_url: str) -> Cell:
        """Write the files of a till that settles a new bill of each caller."""
        settled = {"requestId": "@KEY@", "credential": _credential(), "bill": _bill()}
        return self._cell(
            f"{SETTLE}-{spread}",
            self._operation("till", "SettleBill", {"input": settled}),
            self._at_tills(spread),
            '"replayed":false',
            gateway_url,
        )

    def _operation(self, client: str, name: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask a trusted document, as our own clients do."""
        digest = self._manifest.clients[client][name]
        trusted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        return {"variables": variables, "extensions": trusted}

    def _cell(
        self,
        name: str,
        body: Mapping[str, Any],
        callers: list[tuple[str, str]],
        expected: str,
        url: str,
    ) -> Cell:
        stem = name.strip("{ }").replace(" ", "-")
        template, listed = self._folder / f"{stem}.json", self._folder / f"{stem}.callers"
        template.write_bytes(orjson.dumps(body))
        lines = (f"{token}\t{caller}\n" for token, caller in callers)
        listed.write_text("".join(lines), encoding="utf-8")
        return Cell(name, template, listed, expected, url)

    def _at_tills(self, spread: str) -> list[tuple[str, str]]:
        """Return tills, each time with the ID number of somebody else at the counter."""
        callers = read_callers(self._town.callers[spread])
        return [(self._tills[one.institution_id], one.id_number) for one in callers]

    def _people(self) -> list[tuple[str, str]]:
        people = self._town.population.people
        chosen = self._choice.sample(people, min(len(people), MOST_PEOPLE_WITH_TOKENS))
        return [(self._tokens.person(person.id), "") for person in chosen]


def _credential() -> dict[str, str]:
    return {"kind": "ID_CARD", "number": "@CALLER@"}


def _bill() -> dict[str, Any]:
    return {
        "institutionBillNo": "@KEY@",
        "visit": "OUTPATIENT",
        "totalFen": BILL_FEN,
        "selfPaidFen": 0,
        "overLimitFen": 0,
        "firstPayFen": 0,
        "inScopeFen": BILL_FEN,
        "fundPaidFen": 0,
        "hospitalPaidFen": 0,
        "personalShareFen": BILL_FEN,
        "lines": [],
    }
