"""Files that a spreadsheet opens right: UTF-8 with its mark, CRLF, every cell in quotes.

A spreadsheet takes a cell for a formula when it begins like one, whoever wrote it. One rule keeps
text from that: what would begin like a formula gets an apostrophe in front, and nothing else is
changed. Numbers and days of our own making are no text: an amount may begin with a minus.
"""

import unicodedata
from typing import Final

from gongji.domain.identity import is_invisible

MARK: Final = "\ufeff"
"""The byte order mark, by which spreadsheets know UTF-8; the first character of a file."""

_OPERATORS: Final = frozenset("=+-@")


def text_cell(words: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    ``=``, ``+``, ``-`` and ``@`` begin one, also full-width or small, and also behind spaces of any
    kind and characters that show nothing; so do a tab and a line break by themselves.
    """
    return f"'{words}" if _begins_like_a_formula(words) else words


def _begins_like_a_formula(words: str) -> bool:
    for character in words:
        if unicodedata.category(character) == "Cc":
            return True
        if not character.isspace() and not is_invisible(character):
            return unicodedata.normalize("NFKC", character)[0] in _OPERATORS
    return False


def line(*cells: str) -> str:
    """Write one line, every cell in quotes."""
    quoted = (cell.replace('"', '""') for cell in cells)
    return ",".join(f'"{cell}"' for cell in quoted) + "\r\n"
