"""Development tokens: made by hand for demo people, accepted by development gateways alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import OctKey

from gongji.app.auth import DEVELOPMENT_ALGORITHM
from gongji.app.settings import DEVELOPMENT_ISSUER, Settings
from gongji.domain.actor import Channel
from gongji.domain.identity import DEMO_REGION_PREFIX
from gongji.domain.policy import CredentialKind
from gongji.domain.record_fields import read_institution_code
from gongji.store.rows import InstitutionRow
from gongji.usecases.ports import Ports

STAFF_SUBJECT: Final = UUID("5425994a-0000-7000-8000-000000000001")
"""The one member of staff whom development knows."""


class TokenRefused(ValueError):
    """No development token is made for this; the text says why."""


async def demo_person(ports: Ports, id_number: str) -> UUID:
    """Find a demo person. The database must be open.

    Raises:
        TokenRefused: the person is not a demo person, or not there.
    """
    if not id_number.startswith(DEMO_REGION_PREFIX):
        raise TokenRefused(
            f"development tokens are made for demo people only (ID number {DEMO_REGION_PREFIX}...)"
        )
    (found,) = await ports.insurance_centre.holders([(CredentialKind.ID_CARD, id_number)])
    if found is None:
        raise TokenRefused("no person of this ID number; `gongji load` brings people")
    return found


async def institution_of(code: str) -> UUID:
    """Find an institution. The database must be open.

    Raises:
        TokenRefused: there is none of this code.
    """
    try:
        found = await InstitutionRow.get_or_none(code=read_institution_code(code))
    except ValueError:
        found = None
    if found is None:
        raise TokenRefused("no institution of this code; `gongji load` brings institutions")
    return found.id


class TokenMaker:
    """Signs tokens with development's key.

    Args:
        lasting: how long the tokens hold from ``now``.

    Raises:
        TokenRefused: the settings are not development's.
    """

    def __init__(self, settings: Settings, *, now: datetime, lasting: timedelta) -> None:
        key = settings.development_token_key
        if not settings.is_development or key is None:
            raise TokenRefused("only a development gateway accepts development tokens")
        self._key: Final = OctKey.import_key(key.get_secret_value())
        self._audience: Final = settings.token_audience
        self._now: Final = int(now.timestamp())
        self._until: Final = int((now + lasting).timestamp())

    def person(self, person_id: UUID, channel: Channel = Channel.MINI_PROGRAM) -> str:
        """Make a token for a person that ``demo_person`` found."""
        return self._sign({"kind": "person", "sub": str(person_id), "channel": str(channel)})

    def till(self, institution_id: UUID, operator: str) -> str:
        """Make a token for an institution's till and its clerk."""
        return self._sign(
            {
                "kind": "till",
                "sub": str(institution_id),
                "channel": str(Channel.TILL),
                "operator": operator,
            }
        )

    def staff(self, region: str, roles: tuple[str, ...]) -> str:
        """Make a token for development's member of staff."""
        return self._sign(
            {
                "kind": "staff",
                "sub": str(STAFF_SUBJECT),
                "channel": str(Channel.DASHBOARD),
                "region": region,
                "roles": list(roles),
            }
        )

    def _sign(self, claims: Mapping[str, object]) -> str:
        common = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._audience,
            "iat": self._now,
            "exp": self._until,
            "jti": uuid4().hex,
        }
        header = {"alg": DEVELOPMENT_ALGORITHM}
        return jwt.encode(header, {**common, **claims}, self._key, [DEVELOPMENT_ALGORITHM])
