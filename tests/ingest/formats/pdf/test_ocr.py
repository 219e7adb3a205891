"""Scans are read where the extra `ocr` is installed: upright, turned, in columns; what is not sure is named."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.documents import LoadedDocument
from ingest.formats.pdf.ocr import ScannedLine, in_order
from rag.records import Failure
from tests.ingest.files import read_as
from tests.ingest.pdf_files import PICTURE, Page, pdf

SCAN = Path(__file__).with_name("scan.png")
TEXT = ["旅費規程", "宿泊費は実費を支給する。", "日当は2,500円とする。", "Claims are paid within ten days."]


def _scanned(turns: int = 0, blur: float = 0.0) -> bytes:
    from PIL import Image, ImageFilter

    picture = Image.open(SCAN).convert("L").rotate(90 * turns, expand=True).filter(ImageFilter.GaussianBlur(blur))
    stream = io.BytesIO()
    picture.save(stream, "PDF", resolution=150)
    return stream.getvalue()


@pytest.mark.parametrize("turns", [0, 3])
def test_a_scan_is_read_in_whatever_direction_it_lies(ocr: None, turns: int) -> None:
    (document,) = read_as("a.pdf", _scanned(turns))
    assert isinstance(document, LoadedDocument)
    assert document.source == "a.pdf#page=1"
    places = [document.text.find(part) for part in TEXT]
    assert -1 not in places
    assert places == sorted(places)


def test_a_scan_that_is_not_sure_is_named(ocr: None) -> None:
    (failed,) = read_as("a.pdf", _scanned(blur=6))
    assert isinstance(failed, Failure)


def test_pictures_beyond_what_a_file_of_its_size_has_are_named(ocr: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.formats.pdf.ocr._PAGES", 1)
    pages = pdf(*[Page(cmap=PICTURE)] * 2, Page(["旅費は実費とする。"]), Page(cmap=PICTURE))
    outcomes = read_as("a.pdf", pages)
    assert [isinstance(outcome, Failure) for outcome in outcomes] == [True, True, False, True]
    failed = [outcome.message for outcome in outcomes if isinstance(outcome, Failure)]
    assert ["than OCR reads" in message for message in failed] == [False, True, True]


SHORT = """
import resource, sys
import numpy
from PIL import Image
from ingest.formats.pdf import ocr
picture = numpy.array(Image.open(sys.argv[1]).convert("RGB"))
ocr._engine()
size = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmSize")) << 10
resource.setrlimit(resource.RLIMIT_AS, (size + (300 << 20), -1))
try:
    ocr._pieces(picture, 0)
except MemoryError as error:
    print(type(error.__cause__).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux limits the address space")
def test_too_little_memory_for_the_engine_is_no_damage_of_the_file(ocr: None) -> None:
    done = subprocess.run([sys.executable, "-c", SHORT, SCAN], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "ONNXRuntimeError\n"


def test_without_the_extra_a_scan_is_named_with_the_cure() -> None:
    pytest.importorskip("PIL", reason="Pillow comes with the extra ocr, which is not installed")
    (failed,) = read_as("a.pdf", _scanned())
    assert isinstance(failed, Failure)
    assert "kotae[ocr]" in failed.message


def _pieces(*boxes: tuple[str, float, float, float]) -> list[ScannedLine]:
    return [ScannedLine(text, 1.0, left, top, right, top + 20) for text, left, top, right in boxes]


def test_columns_are_read_one_after_the_other_and_tables_row_by_row() -> None:
    rows = range(100, 400, 40)
    columns = [(f"{side}{top}", 0 + 550 * at, top, 500 + 550 * at) for top in rows for at, side in enumerate("ab")]
    title = ("題", 200.0, 0.0, 800.0)
    read = [piece.text for row in in_order(_pieces(title, *columns)) for piece in row]
    assert read == ["題", *(f"a{top}" for top in rows), *(f"b{top}" for top in rows)]
    cells = [(f"{side}{top}", 0 + 200 * at, top, 60 + 200 * at) for top in rows for at, side in enumerate("ab")]
    assert [[piece.text for piece in row] for row in in_order(_pieces(*cells))] == [[f"a{y}", f"b{y}"] for y in rows]
