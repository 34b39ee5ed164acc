"""Sentences that can be said, about a relative of the person who reads them where there is one.

Who presses a suggestion says it: one about somebody whom the person does not have leads nowhere.
"""

from collections.abc import Mapping
from typing import Final

from gongji.chat.intents import Topic
from gongji.chat.proposals import ENDABLE
from gongji.chat.relatives import fitting, word_for
from gongji.chat.said import Said
from gongji.domain.actor import Actor
from gongji.domain.binding import LIVE, OPEN, BindingStatus
from gongji.domain.conversation import Card, CardKind
from gongji.usecases.ports import Ports
from gongji.usecases.views.relatives import RelativeSide, list_relatives

_SHARER, _BENEFICIARY = RelativeSide.SHARER, RelativeSide.BENEFICIARY
_INVITED: Final = frozenset({BindingStatus.INVITED})
_ABOUT: Final[Mapping[Topic, tuple[RelativeSide | None, frozenset[BindingStatus]]]] = {
    Topic.ANSWER: (_SHARER, _INVITED),
    Topic.WITHDRAW: (_BENEFICIARY, _INVITED),
    Topic.ORDER: (_SHARER, LIVE),
    Topic.WHY_NOT_USED: (_SHARER, LIVE),
    Topic.PAUSE: (_BENEFICIARY, frozenset({BindingStatus.ACTIVE})),
    Topic.LIMIT: (_BENEFICIARY, OPEN),
    Topic.PREMIUM: (_BENEFICIARY, LIVE),
    Topic.REFUND: (_BENEFICIARY, LIVE),
    Topic.END: (None, ENDABLE),
}
"""On which side whom a topic's example is about stands, and in which states."""


async def suggest(name: str, topics: tuple[Topic, ...], actor: Actor, ports: Ports) -> Said:
    """Show sentences that can be said.

    Args:
        name: of the sentence in ``texts.HELPS`` that stands above them.

    Raises:
        Forbidden: the actor is no person.
        Refusal: ``NOT_FOUND``: no guardian or proxy of that ward.
    """
    terms = {"topics": [str(one) for one in topics], "whom": await _whom(topics, actor, ports)}
    return Said(card=Card(CardKind.HELP, {}, notice=name, terms=terms))


async def _whom(topics: tuple[Topic, ...], actor: Actor, ports: Ports) -> dict[str, str]:
    """Return a word for a relative by topic, the one who came last; none where nobody fits."""
    relatives = await list_relatives(actor, ports)
    found: dict[str, str] = {}
    for topic in topics:
        if topic not in _ABOUT:
            continue
        side, states = _ABOUT[topic]
        for one in fitting(relatives, None, side=side, among=states):
            if (word := word_for(one)) is not None:
                found[str(topic)] = word
    return found
