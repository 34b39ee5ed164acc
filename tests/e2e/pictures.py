"""Small pictures of pages: PNG with a palette of few colours.

The browser decodes its own screenshot and maps it to the palette; what is left is to write the
file, which needs nothing but zlib.
"""

import base64
import struct
import zlib
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext

MOST_COLOURS: Final = 24

_MAPS_TO_PALETTE: Final = """async ([png, most]) => {
  const response = await fetch(`data:image/png;base64,${png}`);
  const bitmap = await createImageBitmap(await response.blob());
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, width, height);
  const colourAt = (at) => (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
  const distance = (a, b) =>
    Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) +
    Math.abs((a & 255) - (b & 255));
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1);
  }
  const usual = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  const palette = [];
  for (let apart = 96; palette.length < most && apart > 2; apart /= 2) {
    for (const colour of usual) {
      if (palette.length === most) break;
      if (palette.every((one) => distance(one, colour) > apart)) palette.push(colour);
    }
  }
  const closest = (colour) => palette.reduce(
    (best, one, at) => (distance(one, colour) < distance(palette[best], colour) ? at : best), 0,
  );
  const cellOf = new Map(usual.map((colour) => [colour, closest(colour)]));
  const rows = [];
  for (let row = 0; row < height; row += 1) {
    const cells = Array.from({ length: width }, (_, x) => colourAt((row * width + x) * 4));
    rows.push(String.fromCharCode(...cells.map((colour) => cellOf.get(colour))));
  }
  return { width, height, palette, cells: btoa(rows.join("")) };
}"""


def small(context: BrowserContext, screenshot: bytes, to: Path) -> None:
    """Write a screenshot with few colours."""
    page = context.new_page()
    mapped = page.evaluate(
        _MAPS_TO_PALETTE, [base64.b64encode(screenshot).decode("ascii"), MOST_COLOURS]
    )
    page.close()
    cells = base64.b64decode(mapped["cells"])
    to.write_bytes(_png(mapped["width"], mapped["height"], mapped["palette"], cells))


def _png(width: int, height: int, palette: list[int], cells: bytes) -> bytes:
    rows = (b"\0" + cells[at : at + width] for at in range(0, width * height, width))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", b"".join(colour.to_bytes(3, "big") for colour in palette))
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
