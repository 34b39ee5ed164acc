"""Loaders of one request: what a list needs per row is read once for the whole list."""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

from strawberry.dataloader import DataLoader

from gongji.domain.institution import Institution
from gongji.domain.money import Fen
from gongji.domain.settlement import Reversal
from gongji.store.reading.lookups import (
    institutions_by_id,
    masked_names,
    masked_sharer_names,
    payer_parts,
    reversals_by_id,
)


class Loaders:
    """One set per request, so that nothing read for one actor is kept for another."""

    @cached_property
    def institutions(self) -> DataLoader[UUID, Institution]:
        """Load institutions by id; each id is that of an existing row."""
        return DataLoader(load_fn=_institutions)

    @cached_property
    def sharer_names(self) -> DataLoader[UUID, str]:
        """Load the sharer's masked name by binding id; each id is that of an existing row."""
        return DataLoader(load_fn=_sharer_names)

    @cached_property
    def names(self) -> DataLoader[UUID, str]:
        """Load masked names by person id; each id is that of an existing row."""
        return DataLoader(load_fn=_names)

    @cached_property
    def payer_parts(self) -> DataLoader[UUID, Fen]:
        """Load by premium id what its payer's own account paid, in fen; each id exists."""
        return DataLoader(load_fn=_payer_parts)

    @cached_property
    def reversals(self) -> DataLoader[UUID, Reversal]:
        """Load reversals by id; each id is that of an existing row."""
        return DataLoader(load_fn=_reversals)


async def _institutions(wanted: Sequence[UUID]) -> list[Institution]:
    found = await institutions_by_id(wanted)
    return [found[one] for one in wanted]


async def _sharer_names(wanted: Sequence[UUID]) -> list[str]:
    found = await masked_sharer_names(wanted)
    return [found[one] for one in wanted]


async def _names(wanted: Sequence[UUID]) -> list[str]:
    found = await masked_names(wanted)
    return [found[one] for one in wanted]


async def _payer_parts(wanted: Sequence[UUID]) -> list[Fen]:
    found = await payer_parts(wanted)
    return [found[one] for one in wanted]


async def _reversals(wanted: Sequence[UUID]) -> list[Reversal]:
    found = await reversals_by_id(wanted)
    return [found[one] for one in wanted]
