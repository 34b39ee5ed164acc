"""Who asks: bearer tokens (JWT) checked, and turned into the actor of a request.

Two kinds of issuer exist and never mix, because each brings its own algorithms and its own key:
the installation's issuer, known by public keys alone, and development's, with one secret key.
Settings refuse the second one in production. A token that is not valid in every respect is one
thing, ``Unauthenticated``: nothing tells a forger which part was wrong.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeyFlexible, OctKey
from starlette.requests import HTTPConnection

from gongji.app.settings import DEVELOPMENT_ISSUER, Settings
from gongji.domain.actor import MOST_ROLES, Actor, ActorKind, Channel
from gongji.domain.errors import Unauthenticated
from gongji.usecases.ports import Clock

PUBLIC_KEY_ALGORITHMS: Final = ("ES256", "ES384", "PS256", "RS256", "Ed25519")
DEVELOPMENT_ALGORITHM: Final = "HS256"
"""How development tokens are signed, and nothing else ever is."""

MAX_TOKEN: Final = 4096
"""Most characters of a token."""

KEPT_TOKENS: Final = 4096
"""How many checked tokens are remembered; their times are looked at on every use."""

LEEWAY_S: Final = 30
"""How far an issuer's clock may be ahead of ours, in seconds."""

CHANNELS: Final[Mapping[ActorKind, frozenset[Channel]]] = MappingProxyType(
    {
        ActorKind.PERSON: frozenset({Channel.NATIONAL_APP, Channel.MINI_PROGRAM, Channel.COUNTER}),
        ActorKind.TILL: frozenset({Channel.TILL}),
        ActorKind.STAFF: frozenset({Channel.DASHBOARD, Channel.COUNTER}),
    }
)
"""The ways by which each kind of actor comes; other kinds have no token."""

_REGION: Final = re.compile(r"[1-9][0-9]{5}")
_ROLE: Final = re.compile(r"[A-Z][A-Z_]{0,39}")
_OPERATOR: Final = re.compile(r"[\w.\- ]{1,40}")
_TOKEN_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody whose tokens are believed, and how these must be signed."""

    name: str
    key: KeyFlexible
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Vouched:
    """The actor of a well-signed token, and the times between which the token holds."""

    actor: Actor
    not_before: float
    expires: float


class Gate:
    """Lets tokens in.

    Args:
        issuers: no algorithm belongs to two of them.
        audience: whom the tokens must be meant for.
    """

    def __init__(self, issuers: tuple[Issuer, ...], *, audience: str, clock: Clock) -> None:
        self._issuers: Final = {
            algorithm: issuer for issuer in issuers for algorithm in issuer.algorithms
        }
        self._audience: Final = audience
        self._clock: Final = clock
        # What is not valid is raised, and so never takes the place of a valid token here.
        self._vouched: Final[Callable[[str], _Vouched]] = lru_cache(KEPT_TOKENS)(self._read)

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Self:
        """Make the gate that the settings describe."""
        issuers = []
        if settings.token_issuer and settings.token_keys:
            keys = settings.token_keys
            issuers.append(Issuer(settings.token_issuer, keys, PUBLIC_KEY_ALGORITHMS))
        if settings.is_development and settings.development_token_key:
            secret = OctKey.import_key(settings.development_token_key.get_secret_value())
            issuers.append(Issuer(DEVELOPMENT_ISSUER, secret, (DEVELOPMENT_ALGORITHM,)))
        return cls(tuple(issuers), audience=settings.token_audience, clock=clock)

    def actor_of(self, connection: HTTPConnection) -> Actor | None:
        """Return who asks by the ``Authorization`` header; None where there is none.

        Raises:
            Unauthenticated: the header holds no valid bearer token.
        """
        header = connection.headers.get("authorization")
        return None if header is None else self.bearer(header)

    def actor_of_payload(self, payload: Mapping[str, object]) -> Actor | None:
        """Return who opened a socket, by the ``token`` or ``authorization`` of its first message.

        Raises:
            Unauthenticated: what is there is no valid token.
        """
        if (token := payload.get("token")) is not None:
            return self.check(token)
        header = payload.get("authorization", payload.get("Authorization"))
        return None if header is None else self.bearer(header)

    def bearer(self, header: object) -> Actor:
        """Return the actor of ``Bearer token``.

        Raises:
            Unauthenticated: it is none, or the token is not valid.
        """
        scheme, _, token = header.partition(" ") if isinstance(header, str) else ("", "", "")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        return self.check(token.strip())

    def check(self, token: object) -> Actor:
        """Return the actor for whom a token vouches.

        Raises:
            Unauthenticated: the token is not valid in every respect, now.
        """
        if not isinstance(token, str) or len(token) > MAX_TOKEN:
            raise Unauthenticated
        vouched = self._vouched(token)
        now = self._clock.now().timestamp()
        if not vouched.not_before - LEEWAY_S <= now < vouched.expires:
            raise Unauthenticated
        return vouched.actor

    def _read(self, token: str) -> _Vouched:
        """Check all of a token but the time."""
        try:
            issuer = self._issuers[jws.extract_compact(token.encode()).headers()["alg"]]
            claims = jwt.decode(token, issuer.key, algorithms=issuer.algorithms).claims
            self._expect(claims, issuer)
            return _Vouched(
                _actor(claims),
                not_before=max(_moment(claims.get(name, 0)) for name in ("iat", "nbf")),
                expires=_moment(claims["exp"]),
            )
        except (JoseError, LookupError, ValueError, TypeError, AttributeError, OverflowError):
            raise Unauthenticated from None

    def _expect(self, claims: jwt.Claims, issuer: Issuer) -> None:
        """Check who made a token, and for whom."""
        jwt.BaseClaimsRegistry(
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": self._audience},
        ).validate(claims)


def _actor(claims: Mapping[str, Any]) -> Actor:
    """Read the actor out of valid claims.

    Raises:
        ValueError, KeyError, TypeError: they name none.
    """
    kind = ActorKind(claims["kind"].upper())
    channel = Channel(claims["channel"])
    if channel not in CHANNELS[kind]:
        raise ValueError("a channel of another kind of actor")
    is_staff = kind is ActorKind.STAFF
    return Actor(
        kind=kind,
        subject=UUID(claims["sub"]),
        channel=channel,
        operator=_match(_OPERATOR, claims["operator"]) if kind is ActorKind.TILL else None,
        token_id=_match(_TOKEN_ID, claims["jti"]),
        region=_match(_REGION, claims["region"]) if is_staff else None,
        roles=_roles(claims["roles"]) if is_staff else frozenset(),
    )


def _moment(claimed: object) -> float:
    """Read a time, in seconds since 1970. What is endless or no number is refused."""
    if not isinstance(claimed, int | float) or not isfinite(claimed):
        raise ValueError("not a time")
    return float(claimed)


def _roles(claimed: object) -> frozenset[str]:
    if not isinstance(claimed, list) or len(claimed) > MOST_ROLES:
        raise ValueError("not a short list of roles")
    return frozenset(_match(_ROLE, role) for role in claimed)


def _match(form: re.Pattern[str], text: Any) -> str:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError("a claim of another form")
    return found[0]
