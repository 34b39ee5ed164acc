"""Sweep links to exports that nobody used in time. None of them waits for it to stop working."""

from gongji.store.database import pool
from gongji.store.export_links import forget_expired
from gongji.usecases.ports import Ports


async def forget_links(ports: Ports) -> int:
    """Forget links that have expired; returns how many."""
    return await forget_expired(pool(), ports.clock.now())
