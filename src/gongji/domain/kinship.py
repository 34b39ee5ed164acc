"""Kinship: which relatives there are, their inverses, and their GB/T 4761-2008 codes.

A kinship always reads "the beneficiary is the sharer's ..." (G5).
"""

from enum import StrEnum
from typing import Final


class Kinship(StrEnum):
    """What the beneficiary is to the sharer."""

    SPOUSE = "SPOUSE"
    PARENT = "PARENT"
    CHILD = "CHILD"
    SIBLING = "SIBLING"
    GRANDPARENT = "GRANDPARENT"
    GRANDCHILD = "GRANDCHILD"
    PARENT_IN_LAW = "PARENT_IN_LAW"
    CHILD_IN_LAW = "CHILD_IN_LAW"

    @property
    def inverse(self) -> "Kinship":
        """Return what the sharer is to the beneficiary."""
        return _INVERSES.get(self, self)


_PAIRS: Final = (
    (Kinship.PARENT, Kinship.CHILD),
    (Kinship.GRANDPARENT, Kinship.GRANDCHILD),
    (Kinship.PARENT_IN_LAW, Kinship.CHILD_IN_LAW),
)
_INVERSES: Final = dict(_PAIRS) | {b: a for a, b in _PAIRS}

CIVIL_CODE_NEAR_KIN: Final = frozenset(
    {
        Kinship.SPOUSE,
        Kinship.PARENT,
        Kinship.CHILD,
        Kinship.SIBLING,
        Kinship.GRANDPARENT,
        Kinship.GRANDCHILD,
    }
)
"""Near relatives of the Civil Code, art. 1045: the default list of a region (G5)."""

GBT_4761: Final[dict[Kinship, tuple[str, ...]]] = {
    Kinship.SPOUSE: ("10", "11", "12"),
    Kinship.CHILD: (
        *("20", "21", "22", "23", "24", "25", "26", "27", "29"),
        *("30", "31", "32", "33", "34", "35", "36", "37", "39"),
    ),
    Kinship.GRANDCHILD: ("40", "41", "42", "43", "44"),
    Kinship.PARENT: ("50", "51", "52", "57", "58", "59"),
    Kinship.GRANDPARENT: ("60", "61", "62", "63", "64"),
    Kinship.SIBLING: ("70", "71", "73", "75", "77", "79"),
    Kinship.PARENT_IN_LAW: ("53", "54", "55", "56"),
    Kinship.CHILD_IN_LAW: ("28", "38"),
}
"""Codes of GB/T 4761-2008 that mean each kinship, the general one first where there is one. Who
married into the family (a brother's wife, a grandson's wife) is no near relative."""

KINSHIP_NAMES: Final[dict[Kinship, str]] = {
    Kinship.SPOUSE: "配偶",
    Kinship.PARENT: "父母",
    Kinship.CHILD: "子女",
    Kinship.SIBLING: "兄弟姐妹",
    Kinship.GRANDPARENT: "祖父母、外祖父母",
    Kinship.GRANDCHILD: "孙子女、外孙子女",
    Kinship.PARENT_IN_LAW: "配偶的父母",
    Kinship.CHILD_IN_LAW: "儿媳、女婿",
}
"""What each kinship is called: the beneficiary is the sharer's ..."""

_BY_CODE: Final = {code: kinship for kinship, codes in GBT_4761.items() for code in codes}


def from_code(code: str) -> Kinship | None:
    """Return the kinship of a GB/T 4761-2008 code, or None where we know no such near relative."""
    return _BY_CODE.get(code)
