"""Whom a person means: the relatives that fit a word or a name, and perhaps several do. Pure."""

from collections.abc import Iterable

from gongji.chat.intents import Relation, Whom
from gongji.chat.typed import Typed
from gongji.chat.words import words
from gongji.domain.binding import BindingStatus
from gongji.usecases.views.relatives import Relative, RelativeSide


def fitting(
    relatives: Iterable[Relative],
    whom: Whom | None,
    *,
    side: RelativeSide | None = None,
    among: Iterable[BindingStatus] | None = None,
) -> tuple[Relative, ...]:
    """Return the relatives that are meant, in their order.

    Args:
        whom: None: nobody is named, so that everybody may be meant.
        side: on which side they stand; None: on either.
        among: the states that a binding may be in; None: any that is open.
    """
    known = tuple(relatives)
    states = None if among is None else frozenset(among)
    return tuple(
        one
        for one in known
        if (side is None or one.side is side)
        and (states is None or one.status in states)
        and (whom is None or _is_meant(one, whom, known))
    )


def _is_meant(one: Relative, whom: Whom, known: tuple[Relative, ...]) -> bool:
    if whom.name is not None and _plain(whom.name) != _plain(one.name):
        return False
    return whom.relation is None or _is_related(one, whom.relation, known)


def _plain(name: str) -> str:
    return Typed.of(name).plain


def _is_related(one: Relative, relation: Relation, known: tuple[Relative, ...]) -> bool:
    if not _fits_word(one, relation):
        return False
    if relation.rank is None:
        return True
    births = {x.person_id: (x.born_on, x.person_id) for x in known if _fits_word(x, relation)}
    by_age = sorted(births, key=births.__getitem__)
    place = relation.rank - 1 if relation.rank > 0 else relation.rank
    return -len(by_age) <= place < len(by_age) and by_age[place] == one.person_id


def _fits_word(one: Relative, relation: Relation) -> bool:
    return (
        one.kinship in relation.kinships
        and relation.is_male in {None, one.is_male}
        and relation.is_older in {None, one.is_older}
    )


def word_for(one: Relative) -> str | None:
    """Return an everyday word for a relative; None where there is none that says it plainly."""
    plain = (x for x in words().plain_relations if x.rank is None and _fits_word(one, x))
    return next((relation.word for relation in plain), None)
