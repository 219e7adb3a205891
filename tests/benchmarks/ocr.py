"""How many letters of scanned pages are read right, and how long a page takes.

    python -m tests.benchmarks.ocr FONT [PAGES]

FONT is a Japanese TrueType font, such as ipam.ttf of the package fonts-ipafont. Pages of the Japanese corpus are drawn
at 150 dots an inch: as printed, askew with noise, and in vertical writing. Letters count in NFKC and without blanks.
"""

from __future__ import annotations

import difflib
import io
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingest.formats.pdf.reader import read_pdf
from ingest.formats.types import Part, ReadOptions
from rag.errors import UnreadableDocument
from tests.samples import REPOSITORY

_SIZE, _LINE, _MARGIN = 24, 44, 110
_PAGE = (1240, 1754)


def _texts(count: int) -> Iterator[str]:
    for path in sorted((REPOSITORY / "corpus" / "ja").glob("*.md"))[:count]:
        yield "".join(path.read_text(encoding="utf-8").rsplit("---", 1)[-1].split())[:800]


def _horizontal(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    page = Image.new("L", _PAGE, "white")
    for at, start in enumerate(range(0, len(text), 42)):
        ImageDraw.Draw(page).text((_MARGIN, _MARGIN + _LINE * at), text[start : start + 42], font=font, fill=0)
    return page


def _askew(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    page = np.asarray(_horizontal(text, font).rotate(1.2, fillcolor=255))
    noise = np.random.default_rng(0).normal(0, 25, page.shape)
    return Image.fromarray((page + noise).clip(0, 255).astype("uint8"))


def _vertical(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    page = Image.new("L", _PAGE, "white")
    for at, letter in enumerate(text):
        column, row = divmod(at, 50)
        place = (_PAGE[0] - _MARGIN - 50 * (column + 1), _MARGIN + 28 * row)
        ImageDraw.Draw(page).text(place, letter, font=font, fill=0)
    return page


def _read(page: Image.Image) -> str:
    stream = io.BytesIO()
    page.save(stream, "PDF", resolution=150, quality=70)
    try:
        parts = list(read_pdf(stream, "scan.pdf", ReadOptions()))
    except UnreadableDocument:
        return ""
    return "".join(part.text for part in parts if isinstance(part, Part))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def main() -> None:
    """Print the share of letters that are read right, for each kind of page."""
    font = ImageFont.truetype(str(Path(sys.argv[1])), _SIZE)
    texts = list(_texts(int(sys.argv[2]) if len(sys.argv) > 2 else 10))
    for name, draw in (("as printed", _horizontal), ("askew, noisy", _askew), ("vertical", _vertical)):
        began, right, letters, named = time.process_time(), 0, 0, 0
        for text in texts:
            read = _plain(_read(draw(text, font)))
            blocks = difflib.SequenceMatcher(None, _plain(text), read, autojunk=False).get_matching_blocks()
            right += sum(block.size for block in blocks)
            letters += len(_plain(text)) if read else 0
            named += not read
        seconds = (time.process_time() - began) / len(texts)
        print(
            f"{name:14} {right / max(letters, 1):.4f} of {letters} letters, {named} pages named, {seconds:.1f} s a page"
        )


if __name__ == "__main__":
    main()
