"""The embedded insurance centre: credentials, identities and kinships out of our registry."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gongji.domain.kinship import Kinship
from gongji.domain.policy import CredentialKind
from gongji.store.database import pool
from gongji.store.personal_data import KeyRing
from gongji.store.sql import rows, to_json

_HOLDERS: Final = """
SELECT w.place, CASE w.kind
    WHEN 'ID_CARD' THEN (SELECT p.id FROM person AS p WHERE p.id_number_digest = w.digest)
    ELSE (SELECT c.person_id FROM card AS c WHERE c.digest = w.digest)
END AS person_id
FROM jsonb_to_recordset($1::jsonb) AS w(place int, kind text, digest text)
ORDER BY w.place
"""
_BY_ID_NUMBER: Final = "SELECT id FROM person WHERE id_number_digest = $1 AND name = $2"
_KINSHIP: Final = """
SELECT kinship, is_confirmed FROM kinship WHERE person_id = $1 AND relative_id = $2
"""


def credential_digest(key_ring: KeyRing, kind: CredentialKind, number: str) -> str:
    """Return the keyed digest under which a credential is stored and recorded (G33)."""
    return key_ring.digest(str(kind), number.strip().upper())


def id_number_digest(key_ring: KeyRing, id_number: str) -> str:
    """Return the keyed digest under which a person's ID number is stored."""
    return credential_digest(key_ring, CredentialKind.ID_CARD, id_number)


class RegistryCentre:
    """Answers from the rows that ``gongji load`` brought."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring: Final = key_ring

    async def holders(self, credentials: Sequence[tuple[CredentialKind, str]]) -> list[UUID | None]:
        """Return the person behind each credential, kind and number; None where there is none."""
        wanted = [
            {
                "place": place,
                "kind": kind,
                "digest": credential_digest(self._key_ring, kind, number),
            }
            for place, (kind, number) in enumerate(credentials)
        ]
        found = await rows(pool(), _HOLDERS, to_json(wanted))
        return [row["person_id"] for row in found]

    async def person_by_id_number(self, id_number: str, name: str) -> UUID | None:
        """Return the insured person of this ID number and name; None where either is wrong."""
        digest = id_number_digest(self._key_ring, id_number)
        found = await rows(pool(), _BY_ID_NUMBER, digest, name)
        return found[0]["id"] if found else None

    async def kinship_is_confirmed(
        self, sharer_id: UUID, beneficiary_id: UUID, kinship: Kinship
    ) -> bool | None:
        """Tell whether the beneficiary is the sharer's ``kinship``; None where it is not known.

        Another recorded kinship of the two denies the declared one.
        """
        found = await rows(pool(), _KINSHIP, sharer_id, beneficiary_id)
        if not found:
            return None
        return bool(found[0]["is_confirmed"]) and Kinship(found[0]["kinship"]) is kinship
