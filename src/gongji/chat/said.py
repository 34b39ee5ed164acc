"""What the service says in one message: a text, a card, or both."""

from dataclasses import dataclass

from gongji.chat import texts
from gongji.domain.conversation import Author, Card, Draft
from gongji.domain.errors import Reason, Refusal
from gongji.usecases.press_button import Telling
from gongji.usecases.reply import Counted


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the service before it is stored.

    Args:
        telling: the event of which it tells, where it answers what has caused one.
        counted: what is said instead, where it takes one of the quotes of a day.
    """

    text: str | None = None
    card: Card | None = None
    telling: Telling | None = None
    counted: Counted | None = None

    @property
    def draft(self) -> Draft:
        """Return it as it is appended."""
        return Draft(Author.SERVICE, self.text, self.card)


def refused(refusal: Refusal) -> Said:
    """Say why the rules say no: every reason, and what can be done about it."""
    parts = dict.fromkeys(part for reason in refusal.reasons for part in _parts(reason))
    return Said("".join(parts))


def in_words(reason: Reason) -> str:
    """Say one reason, and what can be done about it."""
    return "".join(_parts(reason))


def _parts(reason: Reason) -> tuple[str, ...]:
    code = reason.code
    return (code.message,) if code.remedy is None else (code.message, code.remedy)


def nobody(what: str) -> Said:
    """Say that nobody fits, in the same words whoever was meant."""
    return Said(texts.NOBODY[what])
