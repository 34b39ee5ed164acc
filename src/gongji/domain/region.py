"""Regions (参保地, 就医地) by their six digits: which covers which, and what they are called.

Of the six digits the first two name the province, the first four the prefecture.
"""

from typing import Final

NAMES: Final[dict[str, str]] = {
    "540000": "西藏自治区",
    "542500": "阿里地区",
    "542521": "普兰县",
    "542522": "札达县",
    "542523": "噶尔县",
    "542524": "日土县",
    "542525": "革吉县",
    "542526": "改则县",
    "542527": "措勤县",
}
"""The regions of the published text; others go by their digits."""


def region_name(code: str) -> str | None:
    """Return the Chinese name of a region, or None where we know only its digits."""
    return NAMES.get(code)


def prefix_of_region(code: str) -> str:
    """Return the digits that every region inside this one begins with.

    ``540000`` is a province and covers ``54....``; ``542500`` is a prefecture.
    """
    while code.endswith("00"):
        code = code[:-2]
    return code


def is_province(code: str) -> bool:
    """Tell whether a region is a whole province."""
    return len(code) == 6 and code.endswith("0000")


def regions_covering(code: str) -> tuple[str, str, str]:
    """Return the regions whose rules hold in one, the nearest first: itself, prefecture, province.

    Clause: G22.
    """
    return (code, code[:4] + "00", code[:2] + "0000")


def in_same_prefecture(one: str, other: str) -> bool:
    """Tell whether two regions belong to one prefecture; another prefecture is off-site (G21)."""
    return one[:4] == other[:4]


def in_same_province(one: str, other: str) -> bool:
    """Tell whether two regions belong to one province (G21)."""
    return one[:2] == other[:2]
