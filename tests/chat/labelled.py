"""The labelled sentences, and an intent written as such a label."""

import json
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from gongji.chat.intents import Ambiguous, Intent, Relation, Whom, Wish
from gongji.chat.understanding import understand
from gongji.domain.identity import IdNumber

TODAY: Final = date(2026, 11, 5)

Label = dict[str, Any]


def lines(name: str) -> list[Label]:
    """Return the lines of a file of sentences."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def understood(text: str) -> Intent:
    """Return what a sentence means on the day of the labels."""
    return understand(text, TODAY)


def label(intent: Intent) -> Label:
    """Write an intent as the label files do: what was not said is left out."""
    slots = {field.name: getattr(intent, field.name) for field in fields(intent)}
    written = {name: _written(value) for name, value in slots.items() if value is not None}
    return {"intent": type(intent).__name__, **written}


def _written(value: object) -> object:
    match value:
        case Relation():
            return value.word
        case Whom():
            said = {"relation": value.relation and value.relation.word, "name": value.name}
            return {slot: word for slot, word in said.items() if word is not None}
        case IdNumber():
            return value.text
        case tuple():
            return [one if isinstance(one, Enum) else label(one) for one in value]
        case _:
            return value


def said(line: Label) -> Label:
    """Return the label of a line: its slots without the text and without what was not said."""
    return {slot: value for slot, value in line.items() if slot != "text" and value is not None}


def may_act(intent: Intent) -> bool:
    """Tell whether an intent is one that acts, or leaves a choice of those."""
    readings = intent.readings if isinstance(intent, Ambiguous) else (intent,)
    return any(isinstance(reading, Wish) for reading in readings)
