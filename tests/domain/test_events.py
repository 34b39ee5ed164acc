"""Events: past tense, ids only."""

import json
import re

import pytest

from gongji.domain.events import Event, EventKind
from tests.builders import named_id

PAST = re.compile(r"(ED|SENT|READ|WITHDRAWN|SET)(_TO_REVIEW)?$")


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_named_in_the_past_tense(kind: EventKind) -> None:
    assert PAST.search(kind)
    assert kind.name == kind.value


def test_an_event_carries_ids_only() -> None:
    event = Event(EventKind.BILL_SETTLED, named_id("own"), {"settlement": named_id("s")})
    assert json.loads(json.dumps(event.ids, default=str)) == {"settlement": str(named_id("s"))}
