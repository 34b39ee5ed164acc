"""The documents that the real clients send, by client and operation."""

from functools import lru_cache
from pathlib import Path

from gongji.api.documents import Manifest, manifest_of

OPERATIONS = Path(__file__).parents[1] / "schema" / "operations"


@lru_cache(maxsize=1)
def manifest() -> Manifest:
    """Return the manifest of all of them."""
    return manifest_of(OPERATIONS)


def document(name: str) -> str:
    """Return one operation with its fragments, such as ``mini_program/FamilyAccount``."""
    client, operation = name.split("/")
    return manifest().texts[manifest().clients[client][operation]]
