"""What the build has left, and how large it is."""

from pathlib import Path
from typing import Final

from tests import readme

BUILT: Final = readme.ROOT / "frontend_stub" / "dist"
MOST_PAGE_BYTES: Final = 150_000
"""Most bytes of the page in a browser, with all that it loads, as gzip."""
MOST_PACKAGE_BYTES: Final = 2_000_000
"""Most bytes of the main package that WeChat takes."""
_PACKED: Final = {".gz", ".br"}


def page_bytes(page: str = "h5") -> int:
    """Return how much a browser that takes gzip loads to show a page."""
    files = (one for one in _files(BUILT / page) if one.suffix not in _PACKED)
    return sum(_as_sent(one).stat().st_size for one in files)


def package_bytes() -> int:
    """Return how large the package for WeChat is."""
    return sum(one.stat().st_size for one in _files(BUILT / "weapp"))


def _as_sent(file: Path) -> Path:
    packed = file.with_name(file.name + ".gz")
    return packed if packed.is_file() else file


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]
