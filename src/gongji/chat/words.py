"""The words of the chat, as ``words.toml`` lists them for the clerk who reviews them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from gongji.chat.intents import Relation, Topic
from gongji.domain.kinship import Kinship

MOST_SUGGESTIONS: Final = 3

_FIRST_SUGGESTIONS: Final = (Topic.BALANCE, Topic.SHARERS, Topic.INVITE)
"""What is suggested where no word of the sentence says what it was about."""
_SEXES: Final = {"male": True, "female": False}
_AGES: Final = {"older": True, "younger": False}


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists.

    Args:
        relations: what each word for a relative means, longest first.
        plain_relations: those words that mean one kinship alone, as the clerk lists them.
        only_mine: the words for a relative that need 我 in front.
        never_in_names: characters and words that no name holds.
        never_acts: characters and words of no sentence that acts.
        simplified: a table from traditional characters to those of the grammar.
        spotted: the words by which a topic is suggested.
        examples: an understood sentence for each topic; ``{whom}`` is a relative.
    """

    relations: dict[str, Relation]
    plain_relations: tuple[Relation, ...]
    only_mine: frozenset[str]
    never_in_names: frozenset[str]
    never_acts: frozenset[str]
    simplified: dict[int, str]
    spotted: dict[Topic, tuple[str, ...]]
    examples: dict[Topic, str]

    def example(self, topic: Topic, whom: str | None = None) -> str:
        """Return what can be said of a topic, about a relative.

        Args:
            whom: a word of ``relations``; None: the first one of the list.
        """
        return self.examples[topic].format(whom=whom or self.plain_relations[0].word)

    def suggestions(self, plain: str) -> tuple[Topic, ...]:
        """Return what a sentence outside the language may have been about, likeliest first."""
        hits = {
            topic: sum(len(word) for word in words if word in plain)
            for topic, words in self.spotted.items()
        }
        likely = sorted((topic for topic in hits if hits[topic]), key=lambda topic: -hits[topic])
        return tuple(likely[:MOST_SUGGESTIONS]) or _FIRST_SUGGESTIONS


@cache
def words() -> Words:
    """Read the word lists, once."""
    text = files("gongji.chat").joinpath("words.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    relations = _relations(table["relations"])
    topics = {Topic(entry["topic"]): entry for entry in table["topics"]}
    return Words(
        relations={word: relations[word] for word in sorted(relations, key=len, reverse=True)},
        plain_relations=tuple(
            dict.fromkeys(one for one in relations.values() if len(one.kinships) == 1)
        ),
        only_mine=frozenset(
            word for entry in table["relations"] for word in entry.get("only_mine", ())
        ),
        never_in_names=frozenset(table["names"]["never"].split())
        | {word for word in relations if len(word) > 1 or word in "妈爸"},
        never_acts=frozenset(table["never_acts"]["words"].split()),
        simplified=dict(str.maketrans(dict(table["traditional"]["pairs"].split()))),
        spotted={topic: tuple(entry["words"]) for topic, entry in topics.items()},
        examples={topic: entry["example"] for topic, entry in topics.items()},
    )


def _relations(entries: list[dict[str, Any]]) -> dict[str, Relation]:
    return {
        word: Relation(
            word=entry["words"][0],
            kinships=frozenset(map(Kinship, entry["kinship"])),
            is_male=_SEXES.get(entry.get("sex", "")),
            rank=entry.get("rank"),
            is_older=_AGES.get(entry.get("age", "")),
        )
        for entry in entries
        for word in (*entry["words"], *entry.get("only_mine", ()))
    }
