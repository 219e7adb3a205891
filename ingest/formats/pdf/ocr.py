"""Read the letters on pictures of pages, with the extra `ocr` (RapidOCR, whose models are in its package).

Only tests set `switched_off`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import Any

from ingest.formats.pdf.page import PdfLine, PdfPage
from rag.processors import count_processors

switched_off = False
EXTRA = 'pip install "kotae[ocr]"'
_DOTS_AN_INCH, _LONGEST_SIDE = 150, 2400
_SURE = 0.85
"""The least mean confidence, letter by letter, of a page that is read; printed pages have 0.95 and more."""
_TURNED = 0.9
"""A page of less confidence is tried in the other directions too."""
_LEGIBLE = 0.5
_NO_MEMORY = re.compile("bad_alloc|[Ff]ailed to allocate")
SECONDS_A_PAGE = 20.0
"""Processor time that reading a page may take on average: a vertical one takes so much, the others half of it."""
_PAGES, _BYTES_A_PAGE = 4, 1 << 12
"""A scan of a page has more bytes than this; damage and malice may make pictures of fewer."""
_WIDE, _ROWS = 6, 3
"""A column of text is so many times as wide as its lines are high, and has so many rows."""


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """A recognised line of text: its edges in dots, from the upper left corner, and its confidence up to 1."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """The height in dots."""
        return self.bottom - self.top


def has_ocr() -> bool:
    """Tell whether the extra is installed."""
    return not switched_off and find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def max_scans(size: int) -> int:
    """Return how many pages of a PDF of so many bytes are read from their pictures."""
    return _PAGES + size // _BYTES_A_PAGE


def read_scan(page: Any, number: int) -> PdfPage | None:
    """Read a page of PDFium from its picture; None if there is no text, or none that is sure enough."""
    _, bottom, _, top = page.get_bbox()
    width, height = page.get_size()
    scale = min(_DOTS_AN_INCH / 72, _LONGEST_SIDE / max(width, height, 1.0))
    picture = page.render(scale=scale).to_numpy()
    best: list[ScannedLine] = []
    for turns in (0, 2, 1, 3):
        pieces = _pieces(picture, turns)
        if _confidence(pieces) > _confidence(best):
            best, upright = pieces, turns
        if not pieces or _confidence(best) >= _TURNED:  # a page without a letter has none in other directions
            break
    legible = [piece for piece in best if piece.confidence >= _LEGIBLE]
    if _confidence(best) < _SURE or not legible:
        return None
    lines = tuple(
        PdfLine(_line(row), top - row[0].top / scale, top - row[0].bottom / scale) for row in in_order(legible)
    )
    return PdfPage(number, lines, top, bottom, placed=upright in {0, 2})


def _line(row: Sequence[ScannedLine]) -> str:
    """Return the text of pieces side by side: cells of a table."""
    return row[0].text if len(row) == 1 else f"| {' | '.join(piece.text for piece in row)} |"


def _confidence(pieces: Sequence[ScannedLine]) -> float:
    """Return the mean confidence of letters; 0 if most lines stand upright, as on a page that lies on its side."""
    if sum(piece.height > piece.right - piece.left for piece in pieces if len(piece.text) > 1) > len(pieces) / 2:
        return 0.0
    letters = sum(len(piece.text) for piece in pieces)
    return sum(piece.confidence * len(piece.text) for piece in pieces) / letters if letters else 0.0


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,  # what it is less sure of counts too
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": count_processors(),
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _pieces(picture: Any, turns: int) -> list[ScannedLine]:
    """Return what is recognised on a picture after so many quarter turns."""
    import numpy as np

    try:
        result = _engine()(np.ascontiguousarray(np.rot90(picture, turns)))
    except Exception as error:  # an error of RapidOCR that has that of ONNX Runtime as text
        if _NO_MEMORY.search(str(error)):
            raise MemoryError from error
        raise
    pieces = []
    for box, text, confidence in zip(result.boxes, result.txts, result.scores, strict=True) if len(result) else ():
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        pieces.append(
            ScannedLine(text.strip(), float(confidence), float(left), float(top), float(right), float(bottom))
        )
    return [piece for piece in pieces if piece.text]


def in_order(pieces: Sequence[ScannedLine]) -> list[list[ScannedLine]]:
    """Return rows of pieces in the order of reading: column after column where there are columns of text."""
    pieces = sorted(pieces, key=lambda piece: piece.top)
    height = median(piece.height for piece in pieces)
    if (gap := _gutter(pieces, height)) is not None:
        left = [piece for piece in pieces if piece.right <= gap]
        return in_order(left) + in_order([piece for piece in pieces if piece.left >= gap])
    lowest = pieces[0].bottom
    whites = []
    for at, piece in enumerate(pieces[1:], 1):
        whites.append((piece.top - lowest, at))
        lowest = max(lowest, piece.bottom)
    white, at = max(whites, default=(0.0, 0))
    if white > height / 2:
        return in_order(pieces[:at]) + in_order(pieces[at:])
    return _rows(pieces)


def _gutter(pieces: Sequence[ScannedLine], height: float) -> float | None:
    """Return where a vertical white parts two columns of text; None if none does."""
    edge = 0.0
    for at, piece in enumerate(ordered := sorted(pieces, key=lambda piece: piece.left)):
        sides = (ordered[:at], ordered[at:])
        if at and piece.left - edge > height and all(_is_column(side, height) for side in sides):
            return piece.left
        edge = max(edge, piece.right)
    return None


def _is_column(pieces: Sequence[ScannedLine], height: float) -> bool:
    return len(pieces) >= _ROWS and median(piece.right - piece.left for piece in pieces) >= _WIDE * height


def _rows(pieces: Sequence[ScannedLine]) -> list[list[ScannedLine]]:
    rows: list[list[ScannedLine]] = []
    for piece in pieces:
        last = rows[-1][0] if rows else None
        if last and min(last.bottom, piece.bottom) - max(last.top, piece.top) > 0.5 * min(last.height, piece.height):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]
