"""What the last check of the books found, for staff of a province and for the metrics."""

from tortoise.connection import get_connection

from gongji.domain.actor import Actor, ActorKind, Role
from gongji.domain.books import BooksCheck
from gongji.domain.errors import Forbidden, not_found
from gongji.domain.region import is_province
from gongji.store.books.kept import last_check
from gongji.store.database import CONNECTION


async def last_books_check() -> BooksCheck | None:
    """Return what the last check found; None before the first."""
    return await last_check(get_connection(CONNECTION))


async def see_books_check(actor: Actor) -> BooksCheck:
    """Return what the last check found to a reader who works for a whole province.

    Raises:
        Forbidden: the actor is no reader of a province.
        Refusal: ``NOT_FOUND``: the books were never checked.
    """
    if actor.kind is not ActorKind.STAFF or Role.READER not in actor.roles:
        raise Forbidden
    if not is_province(actor.region or ""):
        raise Forbidden
    found = await last_books_check()
    if found is None:
        raise not_found("booksCheck")
    return found
