"""The key ring: digests that find, ciphertexts that several keys open, and nothing in the clear."""

import unicodedata

import pytest
from cryptography.exceptions import InvalidTag

from gongji.store.personal_data import KeyRing

RING = KeyRing(b"d" * 32, {"old": b"o" * 32, "new": b"n" * 32}, "new")
NUMBER = "542599198001010019"


def test_a_sealed_number_is_opened_again() -> None:
    sealed = RING.seal(NUMBER)

    assert RING.open(sealed) == NUMBER
    assert NUMBER.encode() not in sealed


def test_what_an_older_key_sealed_is_still_opened() -> None:
    old_ring = KeyRing(b"d" * 32, {"old": b"o" * 32}, "old")

    assert RING.open(old_ring.seal(NUMBER)) == NUMBER


def test_sealing_twice_gives_two_ciphertexts() -> None:
    assert RING.seal(NUMBER) != RING.seal(NUMBER)


def test_a_changed_ciphertext_is_refused() -> None:
    sealed = bytearray(RING.seal(NUMBER))
    sealed[-1] ^= 1

    with pytest.raises(InvalidTag):
        RING.open(bytes(sealed))


def test_a_key_that_left_the_ring_opens_nothing() -> None:
    gone = KeyRing(b"d" * 32, {"gone": b"g" * 32}, "gone").seal(NUMBER)

    with pytest.raises(KeyError):
        RING.open(gone)


def test_a_digest_depends_on_the_key_the_purpose_and_the_text() -> None:
    other = KeyRing(b"e" * 32, RING.sealing_keys, "new")

    digests = {
        RING.digest("ID_CARD", NUMBER),
        RING.digest("PHONE", NUMBER),
        RING.digest("ID_CARD", NUMBER[:-1] + "X"),
        other.digest("ID_CARD", NUMBER),
    }
    assert len(digests) == 4


@pytest.mark.parametrize("name", ["王小兰", "བསོད་ནམས", "𠮷野家", "é"])
def test_a_digest_is_the_same_for_every_way_to_write_a_name(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert RING.digest("NAME", composed) == RING.digest("NAME", decomposed)


def test_a_key_ring_shows_no_key() -> None:
    assert "d" * 8 not in repr(RING)
    assert "o" * 8 not in repr(RING)
