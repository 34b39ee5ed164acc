"""Personal data: ID, card and phone numbers are a keyed digest and a ciphertext, nothing else.

The digest finds and compares; the ciphertext gives the number back to whoever may see a part of it.
Several keys may open, one seals: a key is replaced by putting a new one in front. The digest key
stays, because a digest cannot be computed again without the number.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one installation.

    Args:
        digest_key: 32 bytes, never replaced.
        sealing_keys: 32 bytes each, by name (at most 255 bytes of ASCII).
        active: name of the key that seals.
    """

    digest_key: bytes = field(repr=False)
    sealing_keys: Mapping[str, bytes] = field(repr=False)
    active: str

    def digest(self, purpose: str, text: str) -> str:
        """Return the keyed digest of a text, 64 hexadecimal characters.

        Args:
            purpose: keeps equal texts of different meaning apart, such as ``ID_CARD``.
            text: compared in Unicode NFC.
        """
        return self.digest_bytes(purpose, unicodedata.normalize("NFC", text).encode())

    def digest_bytes(self, purpose: str, content: bytes) -> str:
        """Return the keyed digest of bytes, 64 hexadecimal characters."""
        message = purpose.encode() + b"\0" + content
        return hmac.new(self.digest_key, message, hashlib.sha256).hexdigest()

    def seal(self, text: str) -> bytes:
        """Encrypt a text with the active key; the key's name goes with it."""
        name = self.active.encode("ascii")
        nonce = token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self.sealing_keys[self.active]).encrypt(nonce, text.encode(), name)
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes) -> str:
        """Decrypt what ``seal`` made.

        Raises:
            KeyError: the key is no longer in the ring.
            cryptography.exceptions.InvalidTag: the bytes were changed.
        """
        end_of_name = 1 + sealed[0]
        name = sealed[1:end_of_name]
        nonce = sealed[end_of_name : end_of_name + _NONCE_BYTES]
        key = self.sealing_keys[name.decode("ascii")]
        return AESGCM(key).decrypt(nonce, sealed[end_of_name + _NONCE_BYTES :], name).decode()
