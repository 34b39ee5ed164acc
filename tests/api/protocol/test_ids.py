"""Ids are opaque; what is not ours leads nowhere, and never to an error."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.api.ids import NOBODY, decode, encode, prefix_of


@given(st.uuids())
def test_an_id_leads_back_to_its_uuid(uuid: UUID) -> None:
    shown = encode("bnd", uuid)

    assert shown.startswith("bnd_")
    assert decode("bnd", shown) == uuid
    assert type(decode("bnd", shown)) is UUID


@given(st.text(max_size=40))
def test_anything_else_leads_to_nobody(text: str) -> None:
    assert decode("bnd", text) == NOBODY
    assert decode("bnd", f"bnd_{text}") == NOBODY


@pytest.mark.parametrize(
    "text",
    [
        "stl_01h455vb4pex5vsknk084sn02q",
        "BND_01h455vb4pex5vsknk084sn02q",
        "bnd_01H455VB4PEX5VSKNK084SN02Q",
        "bnd_81h455vb4pex5vsknk084sn02q",
        "bnd_01h455vb4pex5vsknk084sn02",
        "bnd_01h455vb4pex5vsknk084sn02q\n",
        "bnd_٠1h455vb4pex5vsknk084sn02q",
        "x_bnd_01h455vb4pex5vsknk084sn02q",
    ],
)
def test_near_misses_lead_to_nobody(text: str) -> None:
    assert decode("bnd", text) == NOBODY


def test_an_id_tells_its_kind() -> None:
    assert prefix_of("bnd_01h455vb4pex5vsknk084sn02q") == "bnd"
    assert prefix_of("unknown") == ""
