"""What only a development gateway has: demo people to choose from, and tokens for them.

A newcomer plays a family without pasting tokens. It exists where development tokens are accepted,
and these settings hold the gateway to loopback. A page of another host cannot use it: it answers no
other origin, takes nothing but JSON (for which a browser asks first), and must be called by
a loopback name, so that a host name that was bent to this machine does not open it either.
"""

import json
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gongji.app.development_tokens import TokenMaker, TokenRefused, demo_person, institution_of
from gongji.app.settings import Settings, is_loopback
from gongji.app.welcome import FAMILIES
from gongji.domain.policy import CredentialKind
from gongji.store.rows import InstitutionRow
from gongji.usecases.ports import Ports

LASTING: Final = timedelta(hours=12)
"""How long a token holds that somebody got by choosing a demo person."""

_CLERK: Final = "01"
_NOT_FOUND: Final = JSONResponse({"error": "NOT_FOUND"}, 404)


def development_routes(settings: Settings, ports: Ports) -> list[BaseRoute]:
    """Return the routes; none where no development token is accepted."""
    if not settings.is_development or settings.development_token_key is None:
        return []
    chooser = _Chooser(settings, ports)
    return [
        Route("/development/people", chooser.people),
        Route("/development/tokens", chooser.token, methods=["POST"]),
    ]


class _Chooser:
    """Tells who is in the demonstration, and speaks for whoever was chosen."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        self._settings: Final = settings
        self._ports: Final = ports

    async def people(self, request: Request) -> Response:
        """List those people and institutions of the demo families that this database holds."""
        return JSONResponse(await self._here()) if _is_from_here(request) else _NOT_FOUND

    async def _here(self) -> dict[str, list[dict[str, Any]]]:
        people, institutions = _cast()["people"], _cast()["institutions"]
        holders = await self._ports.insurance_centre.holders(
            [(CredentialKind.ID_CARD, one["idNumber"]) for one in people]
        )
        codes = await InstitutionRow.filter(
            code__in=[one["code"] for one in institutions]
        ).values_list("code", flat=True)
        return {
            "people": [one for one, holder in zip(people, holders, strict=True) if holder],
            "institutions": [one for one in institutions if one["code"] in codes],
        }

    async def token(self, request: Request) -> Response:
        """Make a token for ``{"idNumber"}`` or ``{"institutionCode"}``."""
        if not _is_from_here(request):
            return _NOT_FOUND
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "UNSUPPORTED_MEDIA_TYPE"}, 415)
        try:
            return JSONResponse(
                {"token": await self._made(await request.json())},
                headers={"cache-control": "no-store"},
            )
        except TokenRefused:
            return _NOT_FOUND
        except (json.JSONDecodeError, UnicodeDecodeError):
            return JSONResponse({"error": "MALFORMED"}, 400)

    async def _made(self, asked: object) -> str:
        maker = TokenMaker(self._settings, now=self._ports.clock.now(), lasting=LASTING)
        match asked:
            case {"idNumber": str(id_number)}:
                return maker.person(await demo_person(self._ports, id_number))
            case {"institutionCode": str(code)}:
                return maker.till(await institution_of(code), _CLERK)
        raise TokenRefused("neither an ID number nor an institution's code")


def _is_from_here(request: Request) -> bool:
    """Tell whether somebody on this machine asks, by one of this machine's own names."""
    client = request.client
    return client is not None and is_loopback(client.host) and is_loopback(request.url.hostname)


@cache
def _cast() -> dict[str, list[dict[str, Any]]]:
    """Return the demo families' people and institutions as their file has them."""
    text = (files("gongji.app") / FAMILIES).read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return {
        "people": [
            {"name": one["name"], "idNumber": one["id_number"]}
            for one in records
            if one["record"] == "person"
        ],
        "institutions": [
            {"name": one["name"], "code": one["code"]}
            for one in records
            if one["record"] == "institution"
        ],
    }
