"""Planted faults: what the suites are worth is shown by what they find.

``PLANTED=name`` plants one fault of the table below in the program under test: in pytest's own
process, and in every ``gongji`` that a test starts. The product knows nothing of it. A fault that
no longer finds the place where it belongs stops the program, so that nobody takes it for found.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Any, Final
from uuid import UUID

from tortoise.connection import get_connections

from gongji.domain.business_day import business_day
from gongji.domain.deduction import LegType, Purse, Skip, Step
from gongji.domain.family import Sharing
from gongji.domain.money import Fen
from gongji.store.families import Families
from gongji.store.locks import Claimed
from gongji.store.request_keys import Key

SWITCH: Final = "PLANTED"
"""The environment variable that names the fault."""

_LATE_S: Final = 0.1
"""How long after its answer a transaction is committed, where that is the fault."""


class NotPlanted(RuntimeError):
    """The product has changed: the place where a fault belongs is not there any more."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        plant: changes the product in this process.
        found_by: the quick tests that must find it, as pytest names them.
        kills_find_it: whether the kill suite must find it too, from outside.
    """

    plant: Callable[[], None]
    found_by: tuple[str, ...]
    kills_find_it: bool = True


def plant_chosen() -> None:
    """Plant the fault that the environment names, if it names one."""
    if chosen := os.environ.get(SWITCH):
        FAULTS[chosen].plant()


def _changed(place: str, change: Callable[[Any], Any]) -> None:
    """Put something else in a place, also where it was imported under that name.

    Args:
        place: ``module:name`` or ``module:Class.name``.
        change: makes what stands there from what stood there.
    """
    module_name, _, path = place.partition(":")
    owner: Any = import_module(module_name)
    *classes, name = path.split(".")
    try:
        for one in classes:
            owner = getattr(owner, one)
        before = vars(owner)[name]
    except (AttributeError, KeyError):
        raise NotPlanted(place) from None
    after = change(before)
    if classes or owner.__name__.startswith("gongji."):
        setattr(owner, name, after)
    else:
        # What belongs to others stays as it is; the product is brought in as a whole, and changed.
        import_module("gongji.cli")
        if not _importers(before):
            raise NotPlanted(place)
    for module, known in _importers(before):
        setattr(module, known, after)


def _importers(wanted: Any) -> list[tuple[ModuleType, str]]:
    """List the modules of the product that know something, each with its name there."""
    modules = [module for name, module in sys.modules.items() if name.startswith("gongji.")]
    return [
        (module, known)
        for module in modules
        for known, value in vars(module).items()
        if value is wanted
    ]


def _without(place: str, text: str) -> None:
    """Take a text out of a statement."""

    def shorter(statement: str) -> str:
        if text not in statement:
            raise NotPlanted(f"{place}: {text}")
        return statement.replace(text, "")

    _changed(place, shorter)


def _no_lock() -> None:
    """Lock nothing: neither beneficiaries nor accounts."""

    def composing(loading: Any) -> Any:
        @wraps(loading)
        def only_reading(*given: Any, locking: bool = False) -> Any:
            return loading(*given, locking=False)

        return only_reading

    _changed("gongji.store.families:loading", composing)
    for place in ("_CLAIM_AND_LOCK", "_LOCK_ACCOUNTS"):
        _without(f"gongji.store.locks:{place}", "FOR UPDATE")


def _read_before_lock() -> None:
    """Read a family first, then wait for its lock, and decide on what was read."""
    read: ContextVar[Families] = ContextVar("read")

    def locking(claim_and_lock: Any) -> Any:
        load = import_module("gongji.store.families").load_families

        @wraps(claim_and_lock)
        async def reading_first(
            connection: Any, keys: Iterable[Key], beneficiary_ids: Iterable[UUID], **named: Any
        ) -> Claimed:
            ids, day = list(beneficiary_ids), business_day(named["claimed_at"])
            read.set(await load(connection, ids, day=day, locking=False))
            claimed: Claimed = await claim_and_lock(connection, keys, ids, **named)
            return claimed

        return reading_first

    def loading(load_families: Any) -> Any:
        @wraps(load_families)
        async def remembering(*given: Any, locking: bool, **named: Any) -> Families:
            now: Families = await load_families(*given, locking=locking, **named)
            if not locking:
                return now
            then = read.get()
            return replace(
                now,
                live=then.live,
                account_ids=then.account_ids,
                accounts=now.accounts | then.accounts,
                used=then.used,
            )

        return remembering

    _changed("gongji.store.locks:claim_and_lock", locking)
    _changed("gongji.store.families:load_families", loading)


def _key_ignored() -> None:
    """Take every key for a new one."""

    def claiming(claim_and_lock: Any) -> Any:
        @wraps(claim_and_lock)
        async def taking_all(
            connection: Any, keys: Iterable[Key], beneficiary_ids: Iterable[UUID], **named: Any
        ) -> Claimed:
            wanted = list(keys)
            claimed: Claimed = await claim_and_lock(connection, wanted, beneficiary_ids, **named)
            return replace(claimed, new_keys=frozenset(key.id for key in wanted))

        return taking_all

    _changed("gongji.store.locks:claim_and_lock", claiming)


def _order_reversed() -> None:
    """Draw the last sharer first."""

    def ordering(ordered: Any) -> Any:
        @wraps(ordered)
        def backwards(family: Any) -> tuple[Sharing, ...]:
            return tuple(reversed(ordered(family)))

        return backwards

    _changed("gongji.domain.family:Family.ordered", ordering)


def _own_last() -> None:
    """Draw the own account after all sharers."""

    def drawing(resolve: Any) -> Any:
        @wraps(resolve)
        def sharers_first(due: Fen, purses: Iterable[Purse]) -> Any:
            return resolve(due, sorted(purses, key=lambda purse: purse.type is LegType.OWN))

        return sharers_first

    _changed("gongji.domain.deduction:resolve", drawing)


class _Forgotten(dict[UUID, Any]):
    """Reversals that nobody is told of who asks whether there are any."""

    def get(self, *_: Any) -> None:
        """Return nothing."""

    def __contains__(self, _: object) -> bool:
        return False


def _double_reversal() -> None:
    """Forget, when a settlement is to be reversed, that it was."""

    def reading(read_families: Any) -> Any:
        @wraps(read_families)
        def forgetting(answer: Any) -> Families:
            families: Families = read_families(answer)
            return replace(families, reversals=_Forgotten(families.reversals))

        return forgetting

    _changed("gongji.store.families:read_families", reading)


def _partial_draw_skipped() -> None:
    """Pass over whoever cannot pay all that is due."""

    def drawing(draw: Any) -> Any:
        @wraps(draw)
        def all_or_nothing(remaining: Fen, purse: Purse) -> Step:
            if purse.drawable < remaining:
                return Step(purse, skip=Skip.EMPTY)
            step: Step = draw(remaining, purse)
            return step

        return all_or_nothing

    _changed("gongji.domain.deduction:_draw", drawing)


class _AnswersFirst:
    """A transaction of Tortoise's whose block is over before it is committed."""

    _late: Final[set[asyncio.Task[None]]] = set()

    def __init__(self, transaction: Any) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> Any:
        return await self._transaction.__aenter__()

    async def __aexit__(self, kind: Any, *raised: Any) -> None:
        if kind is not None:
            await self._transaction.__aexit__(kind, *raised)
            return
        get_connections().reset(self._transaction.token)
        task = asyncio.create_task(self._commit())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _commit(self) -> None:
        client = self._transaction.client
        await asyncio.sleep(_LATE_S)
        try:
            await client.commit()
        finally:
            await client._parent._pool.release(client._connection)


def _answer_before_commit() -> None:
    """Let a transaction's answer go before the transaction is committed."""

    def beginning(in_transaction: Any) -> Any:
        return wraps(in_transaction)(lambda *given: _AnswersFirst(in_transaction(*given)))

    _changed("tortoise.transactions:in_transaction", beginning)


def _wrong_request_hash() -> None:
    """Take every request of an operation for the same one."""

    def writing(canonical: Any) -> Any:
        @wraps(canonical)
        def only_the_operation(operation: str, *_: Any) -> bytes:
            return operation.encode()

        return only_the_operation

    _changed("gongji.store.request_keys:canonical", writing)


FAULTS: Final[Mapping[str, Fault]] = {
    # From outside nothing is wrong: events and entries are numbered uniquely, so that of two that
    # decide on the same rows one is told to try again.
    "no_lock": Fault(_no_lock, ("tests/usecases/test_serial_order.py",), kills_find_it=False),
    "read_before_lock": Fault(_read_before_lock, ("tests/usecases/test_waiting.py",)),
    "key_ignored": Fault(_key_ignored, ("tests/usecases/test_settle.py::TestKeys",)),
    "order_reversed": Fault(_order_reversed, ("tests/domain/test_examples.py",)),
    "own_last": Fault(_own_last, ("tests/domain/test_examples.py",)),
    "double_reversal": Fault(_double_reversal, ("tests/usecases/test_reverse.py",)),
    "partial_draw_skipped": Fault(_partial_draw_skipped, ("tests/domain/test_examples.py",)),
    "answer_before_commit": Fault(_answer_before_commit, ("tests/usecases/test_settle.py",)),
    "wrong_request_hash": Fault(_wrong_request_hash, ("tests/store/test_request_keys.py",)),
}
"""Every fault by its name."""
