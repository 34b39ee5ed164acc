"""Files of the registry's records for tests; the people in them have the prefix 542599."""

import json
from pathlib import Path
from typing import Any

MOTHER = "542599198804120028"
FATHER = "542599198609030035"
CHILD = "542599201606010084"
STRANGER = "54259919700308013X"
UNKNOWN = "542599197207190162"

Line = dict[str, Any]


def person(id_number: str = MOTHER, **fields: Any) -> Line:
    return {
        "record": "person",
        "id_number": id_number,
        "name": "德吉央宗",
        "region": "542523",
        "scheme": "EMPLOYEE",
    } | fields


def account(owner: str = MOTHER, opening: int = 500_000, **fields: Any) -> Line:
    return {"record": "account", "owner": owner, "opening_balance_fen": opening} | fields


def kinship(person: str = MOTHER, relative: str = FATHER, **fields: Any) -> Line:
    named = {"person": person, "relative": relative}
    return {"record": "kinship", "kinship": "SPOUSE"} | named | fields


def binding(sharer: str = MOTHER, beneficiary: str = FATHER, **fields: Any) -> Line:
    named = {"sharer": sharer, "beneficiary": beneficiary}
    return {"record": "binding", "kinship": "SPOUSE"} | named | fields


def contribution(batch: str = "2026-11", owner: str = MOTHER, amount: int = 30_000) -> Line:
    return {"record": "contribution", "batch": batch, "owner": owner, "amount_fen": amount}


def policy(**fields: Any) -> Line:
    return {"record": "policy", "region": "542500", "in_force_from": "2025-01-01"} | fields


FAMILY: tuple[Line, ...] = (
    policy(),
    person(),
    person(FATHER, name="李建国"),
    person(CHILD, name="李旦增", scheme="RESIDENT", premium_category="CHILD"),
    account(),
    account(FATHER, 120_000),
    kinship(),
    kinship(MOTHER, CHILD, kinship="CHILD"),
    kinship(FATHER, CHILD, kinship="CHILD"),
)
"""A mother and a father with accounts, and their child."""


def write_lines(file: Path, *lines: Line | str) -> Path:
    """Write records, or lines as they are, into a file."""
    written = (
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    file.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    return file
