"""The built front end: the mini-program's browser twin, the till page, the stage for all of them.

These pages may load what this gateway serves and nothing else. The page itself is asked for anew
every time; what it loads carries a hash in its name and is kept for a year. The build leaves each
file compressed beside itself, and whoever takes that gets that.
"""

import re
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

PAGE_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "object-src 'none'"
)
"""What a page may load and do: nothing inline, nothing from another host."""

_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {"content-security-policy": PAGE_POLICY, "x-frame-options": "SAMEORIGIN"}
)
_FRESH: Final = "no-cache"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"

_PACKED: Final[Mapping[str, str]] = MappingProxyType({"br": ".br", "gzip": ".gz"})
"""Endings of compressed files by encoding, the smallest first."""
_REFUSED: Final = re.compile(r"q=0(?:\.0*)?")

_ASSET: Final = re.compile(r"[a-z]+-[0-9a-f]{16}\.(?:js|css|svg)")
"""What the build names its files; nothing else is looked for."""

_NOT_BUILT: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>前端尚未构建</title>
<h1>前端尚未构建</h1>
<p>这里没有构建好的页面。在项目文件夹中运行 <code>make front-end</code>，然后刷新本页。</p>
<p lang="en">The front end is not built: run <code>make front-end</code>, then load this page
again.</p>
</html>
"""


PLACES: Final[Mapping[str, str]] = MappingProxyType({"": "stage", "/m": "h5", "/till": "till"})
"""Where each page is served, and in which folder the build puts it."""


def front_end_routes(built: Path) -> list[BaseRoute]:
    """Return the routes of all pages that lie below a folder.

    The stage and the till page ask for the demonstration's people and say so where there are none.
    """
    return [
        route
        for place, folder in PLACES.items()
        for route in FrontEnd(built / folder).routes(place)
    ]


class FrontEnd:
    """Serves one built page and what it loads.

    Args:
        folder: where the build put it; it may come, go and change while the gateway runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def routes(self, place: str) -> list[BaseRoute]:
        """Return the routes below a place such as ``/m``; the empty one is the gateway itself."""

        async def to_page(_request: Request) -> Response:
            # Relative, so that it holds behind whatever prefix the gateway is served under.
            return RedirectResponse(place.rpartition("/")[2] + "/", 308)

        below: list[BaseRoute] = [
            Route(place + "/", self.page),
            Route(place + "/assets/{name}", self.asset),
        ]
        return [Route(place, to_page), *below] if place else below

    async def page(self, request: Request) -> Response:
        """Answer the page, or tell that there is none yet."""
        return _file(request, self._folder / "index.html", _FRESH)

    async def asset(self, request: Request) -> Response:
        """Answer a script or a style sheet."""
        name: str = request.path_params["name"]
        if not _ASSET.fullmatch(name):
            return _not_there()
        return _file(request, self._folder / "assets" / name, _FOR_GOOD)


def _file(request: Request, file: Path, kept: str) -> Response:
    if not file.is_file():
        return _not_there()
    headers = {**_HEADERS, "cache-control": kept, "vary": "accept-encoding"}
    media = guess_type(file.name)[0]
    for encoding in _accepted(request.headers.get("accept-encoding", "")):
        packed = file.with_name(file.name + _PACKED[encoding])
        if packed.is_file():
            return FileResponse(
                packed, headers={**headers, "content-encoding": encoding}, media_type=media
            )
    return FileResponse(file, headers=headers, media_type=media)


def _accepted(header: str) -> list[str]:
    """Return the encodings of ours that a client takes, the smallest first."""
    parts = [part.replace(" ", "").lower().partition(";") for part in header.split(",")]
    taken = {name for name, _, weight in parts if not _REFUSED.fullmatch(weight)}
    return [encoding for encoding in _PACKED if encoding in taken]


def _not_there() -> Response:
    return HTMLResponse(_NOT_BUILT, 404, headers={**_HEADERS, "cache-control": "no-store"})
