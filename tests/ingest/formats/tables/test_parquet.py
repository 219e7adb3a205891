"""Rows of Parquet files are documents."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from rag.records import Failure
from tests.ingest.files import read_as, texts

pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")


def parquet(**columns: list[Any]) -> bytes:
    from pyarrow.parquet import write_table

    stream = io.BytesIO()
    write_table(pyarrow.table(columns), stream)
    return stream.getvalue()


def test_rows_with_their_columns() -> None:
    data = parquet(
        質問=["送料は？", "Is it free?"], 回答=["無料です。", None], 日付=[date(2024, 4, 1), None], 数=[1.5, 2.0]
    )
    assert texts("a.parquet", data) == {
        "a.parquet#row=1": "質問: 送料は？\n回答: 無料です。\n日付: 2024-04-01\n数: 1.5",
        "a.parquet#row=2": "質問: Is it free?\n数: 2.0",
    }
    assert texts("a.parquet", data, "質問")["a.parquet#row=1"] == "送料は？"


def test_text_id_and_title_and_columns_without_text() -> None:
    data = parquet(id=["a", "b"], title=["題", None], text=["本文。", "Text."], tags=[["x"], None], image=[b"1", b"2"])
    *documents, left = sorted(read_as("a.parquet", data), key=lambda found: isinstance(found, Failure))
    assert [document.source for document in documents] == ["a.parquet#id=a", "a.parquet#id=b"]  # type: ignore[union-attr]
    assert [document.text for document in documents] == ["本文。", "Text."]  # type: ignore[union-attr]
    assert left.error == "LeftOut"  # type: ignore[union-attr]
    assert "image" in str(left)


@pytest.mark.parametrize("data", [b"PAR1", b"", parquet(text=["本文。"])[:-9]])
def test_a_damaged_file_is_named(data: bytes) -> None:
    (failed,) = read_as("a.parquet", data)
    assert isinstance(failed, Failure)
