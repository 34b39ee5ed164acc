"""What the build leaves: small enough for a slow line and for WeChat, and compressed beforehand."""

import gzip

import pytest

from tests.e2e.built import (
    BUILT,
    MOST_PACKAGE_BYTES,
    MOST_PAGE_BYTES,
    package_bytes,
    page_bytes,
)

pytestmark = pytest.mark.skipif(
    not (BUILT / "h5" / "index.html").is_file(), reason="NO PAGES: run make front-end"
)


def test_the_page_is_small_enough_for_a_slow_line() -> None:
    assert 10_000 < page_bytes() <= MOST_PAGE_BYTES


def test_the_package_is_small_enough_for_wechat() -> None:
    assert (BUILT / "weapp" / "app.json").is_file()
    assert 10_000 < package_bytes() <= MOST_PACKAGE_BYTES


def test_scripts_and_style_sheets_are_compressed_beforehand() -> None:
    loaded = [one for one in (BUILT / "h5").rglob("*") if one.suffix in (".js", ".css")]

    assert loaded
    for file in loaded:
        packed = file.with_name(file.name + ".gz").read_bytes()
        assert gzip.decompress(packed) == file.read_bytes()
        assert file.with_name(file.name + ".br").stat().st_size < len(packed)
