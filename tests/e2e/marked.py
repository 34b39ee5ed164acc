"""Numbers and names of people that are marked, and a search for what is left of them."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.registry_files import (
    CHILD,
    FATHER,
    MOTHER,
    STRANGER,
    UNKNOWN,
    account,
    binding,
    kinship,
    person,
    policy,
)

HOSPITAL = "H54252300001"
CARD, PHONE, VOUCHER = "Z5425998877665544", "10000077665", "9988776655443322110"
MISTYPED = MOTHER[:-1] + ("1" if MOTHER[-1] != "1" else "2")
LETTERED = "Q" + FATHER
MARKED = (MOTHER, FATHER, CHILD, STRANGER, UNKNOWN, MISTYPED, CARD, PHONE, VOUCHER)
NAMES = ("德吉央宗", "旦增曲珍", "丹巴热杰", "བསྟན་འཛིན་སྒྲོལ་མ", "𠮷野𡈽娜")

RECORDS = (
    policy(),
    {
        "record": "tariff",
        "region": "542500",
        "year": 2099,
        "category": "CHILD",
        "amount_fen": 380_00,
        "opens_on": "2020-01-01",
        "closes_on": "2098-12-31",
    },
    {"record": "institution", "code": HOSPITAL, "name": "狮泉河雪山医院", "region": "542523"},
    person(MOTHER, name=NAMES[0], phone=PHONE),
    person(FATHER, name=NAMES[2], phone=PHONE[:-1] + "6"),
    person(CHILD, name=NAMES[1], scheme="RESIDENT", premium_category="CHILD"),
    person(STRANGER, name=NAMES[3]),
    person(UNKNOWN, name=NAMES[4], region="542521"),
    account(MOTHER, 3000_00),
    account(FATHER, 500_00),
    account(STRANGER, 118_63),
    {"record": "card", "holder": STRANGER, "kind": "SOCIAL_SECURITY_CARD", "number": CARD},
    {"record": "card", "holder": FATHER, "kind": "E_VOUCHER", "number": VOUCHER},
    {"record": "guardian", "guardian": FATHER, "ward": CHILD, "capacity": "GUARDIAN"},
    kinship(MOTHER, CHILD, kinship="CHILD"),
    kinship(MOTHER, STRANGER, kinship="SIBLING"),
    binding(MOTHER, CHILD, kinship="CHILD", position=1),
)

SAYS_ALL = """
ALTER DATABASE gongji SET log_statement = 'all';
ALTER DATABASE gongji SET log_min_error_statement = 'error';
ALTER DATABASE gongji SET log_min_messages = 'debug1';
ALTER DATABASE gongji SET log_error_verbosity = 'verbose';
ALTER DATABASE gongji SET log_parameter_max_length = -1;
ALTER DATABASE gongji SET log_parameter_max_length_on_error = -1;
"""
"""A database that logs every statement with its parameters, much more than ours does."""


@dataclass
class Traces:
    """Where a number could have been left, by the name of the place."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, place: str, *texts: str) -> None:
        self.texts.setdefault(place, []).extend(texts)

    def holding(self, *forms: str) -> dict[str, str]:
        """Name the places where one of these forms stands, each with what stands around it."""
        return {
            place: text[max(0, text.find(form) - 60) : text.find(form) + 60]
            for place, texts in self.texts.items()
            for text in texts
            for form in forms
            if form in text
        }


def forms_of(number: str) -> Iterator[str]:
    """Write a number in every form in which it would still be readable by anybody."""
    written = number.encode()
    yield from {number, number.lower(), number[::-1]}
    yield from (written.hex(), written.hex().upper(), number.encode("utf-16-le").hex())
    for before in range(3):
        encoded = (b64encode, urlsafe_b64encode)
        # The characters in the middle, which do not depend on what stands before and after.
        first, last = (before * 8 + 5) // 6, (before + len(written)) * 8 // 6
        yield from (one(b"\0" * before + written).decode()[first:last] for one in encoded)
    for digest in ("md5", "sha1", "sha256"):
        yield hashlib.new(digest, written).hexdigest()
