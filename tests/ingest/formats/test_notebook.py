"""Notebooks: the text and code of their cells."""

from __future__ import annotations

import json

import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as


def test_cells_in_their_order_without_outputs() -> None:
    cells = [
        {"cell_type": "code", "source": "# not a title\nx = 1\n", "outputs": [{"text": "出力"}]},
        {"cell_type": "markdown", "source": ["# 分析\n", "売上を調べる。"]},
        {"cell_type": "raw", "source": ""},
        "not a cell",
    ]
    (found,) = read_as("a.ipynb", json.dumps({"cells": cells, "nbformat": 4}).encode())
    assert isinstance(found, LoadedDocument)
    assert (found.source, found.title, found.text) == (
        "a.ipynb",
        "分析",
        "# not a title\nx = 1\n\n# 分析\n売上を調べる。",
    )


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"cells": 3}', b'{"worksheets": []}', b"[" * 100_000, b"\xff\xfe\x00"])
def test_what_is_no_notebook_is_named(data: bytes) -> None:
    (failed,) = read_as("a.ipynb", data)
    assert isinstance(failed, Failure)
    assert "notebook" in failed.message
