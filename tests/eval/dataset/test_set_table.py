"""Files of sets: hostile and broken ones are refused by name, and the form of JSON is found by what stands in it."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from eval.dataset import set_table
from eval.dataset.load import load_dataset, load_frame
from rag.errors import DatasetError
from rag.tables import files, reader
from tests.eval.dataset.layouts import EN, JA, dumped, lines, parquet, sheet, table

RECORD = {"question": JA[0], "answer": JA[1]}

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "not JSON": ("set.json", b'[{"question": ', "This is not JSON"),
    "broken line": ("set.jsonl", lines([RECORD]) + b"{oops}\n", "line 2"),
    "a list a line": ("set.jsonl", b'["a", "b"]\n', "not a JSON object"),
    "a text": ("set.json", b'"question"', "has no records"),
    "no list": ("set.json", dumped({"a": 1, "b": {"c": 2}}), "'a', 'b'"),
    "two lists": ("set.json", dumped({"train": [RECORD], "test": [RECORD]}), "'train', 'test'"),
    "no object": ("set.json", dumped([RECORD, "x"]), "record 2"),
    "deep": ("set.json", b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
    "deep in a field": ("set.jsonl", b'{"question": "x", "answer": ' + b"[" * 900 + b"]" * 900 + b"}\n", "line 1"),
    "a field twice": ("set.jsonl", b'{"question": "x", "answer": "1", "answer": "2"}\n', "'answer' twice"),
    "empty": ("set.jsonl", b"\n\n", "no rows"),
    "no records": ("set.json", b"[]", "no rows"),
    "not Parquet": ("set.parquet", b"PAR1 and nothing", "cannot be read as Parquet"),
    "not XML": ("set.xml", b"<questions><question>", "cannot be read as XML"),
    "other XML": ("set.xml", b"<a><b/></a>", "not laid out as NIILC's"),
    "other file": ("set.pdf", b"%PDF", ".xlsx, .csv, .tsv, .jsonl"),
    "many columns": ("set.csv", table(["question", "answer", *map(str, range(5000))], ["x"] * 5002), "2,000 columns"),
    "many fields": ("set.jsonl", lines([{**RECORD, f"f{n}": 1} for n in range(3000)]), "2,000 columns"),
    "an object for a question": ("set.jsonl", lines([{"question": {"a": 1}, "answer": "x"}]), "holds an object"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_set_is_refused_by_name(tmp_path, case) -> None:
    name, data, what = REFUSED[case]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        load_dataset(tmp_path / name)
    assert what in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("set.jsonl", lines([RECORD]) + b"{oops}\n", "（set.jsonl、2 行目）"),
        ("set.jsonl", lines([RECORD, {**RECORD, "question": {"a": 1}}]), "（set.jsonl、2 行目、列 'question'）"),
        ("set.json", dumped([RECORD, {**RECORD, "question": {"a": 1}}]), "（set.json、レコード 2、列 'question'）"),
    ],
)  # fmt: skip
def test_the_place_in_json_is_said_in_japanese_too(tmp_path, monkeypatch, name, data, place) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        load_dataset(Path(name))
    assert place in caught.value.text("ja")


def test_entities_of_xml_are_not_followed(tmp_path) -> None:
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE q [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    body = "<questions><question id='1'><text>x&x;?</text><answers><answer>y</answer></answers></question></questions>"
    (tmp_path / "set.xml").write_text(head + body)
    assert "secret" not in str(load_dataset(tmp_path / "set.xml").items)


def test_a_large_file_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(set_table, "_LARGEST", 1 << 20)
    (tmp_path / "set.csv").write_bytes(b"question,answer\n" + b"x,y\n" * (1 << 18))
    with pytest.raises(DatasetError, match="more than 1 MiB"):
        load_dataset(tmp_path / "set.csv")


FORMS: dict[str, tuple[str, bytes]] = {
    "a list": ("set.json", dumped([RECORD, RECORD])),
    "lines in .json": ("set.json", lines([RECORD, RECORD])),
    "a document in .jsonl": ("set.jsonl", dumped([RECORD, RECORD])),
    "a list under a name": ("set.json", dumped({"version": 1, "questions": [RECORD, RECORD]})),
    "columns": ("set.json", dumped({"question": [JA[0]] * 2, "answer": [JA[1]] * 2})),
    "a byte order mark": ("set.jsonl", b"\xef\xbb\xbf" + lines([RECORD, RECORD])),
    "UTF-16": ("set.json", json.dumps([RECORD, RECORD], ensure_ascii=False).encode("utf-16")),
    "languages in objects": ("set.jsonl", lines([{"question": {"ja": JA[0]}, "answer": {"ja": JA[1]}}] * 2)),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_json(tmp_path, form) -> None:
    name, data = FORMS[form]
    (tmp_path / name).write_bytes(data)
    assert [item.questions for item in load_dataset(tmp_path / name).items] == [{"ja": JA[0]}] * 2


def test_half_a_surrogate_pair_and_a_nul_are_replaced(tmp_path) -> None:
    (tmp_path / "set.jsonl").write_bytes(b'{"question": "x\\ud800\\u0000?", "answer": "y\\udfff"}\n')
    (item,) = load_dataset(tmp_path / "set.jsonl").items
    assert item.questions["en"] == "x\ufffd\ufffd?"
    item.responses["en"].encode()


def test_merged_cells_count_in_every_row(tmp_path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(sheet(("質問", "正解", "種別"), (*JA, "地理"), (*JA, ""), (*EN, "x"))))
    book.active.merge_cells("C2:C3")
    book.save(tmp_path / "set.xlsx")
    assert [item.kind for item in load_dataset(tmp_path / "set.xlsx").items] == ["地理", "地理", "x"]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch) -> None:
    (tmp_path / "set.parquet").write_bytes(parquet())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DatasetError, match="pip install pyarrow"):
        load_dataset(tmp_path / "set.parquet")


def test_frames_with_doubled_columns_and_odd_values() -> None:
    frame = pd.DataFrame([[*JA, "x"]], columns=["question", "answer", "answer"])
    with pytest.raises(DatasetError, match="'answer' twice"):
        load_frame(frame)
    frame = pd.DataFrame({"question": ["a?", "b?"], "answer": [1.0, None], "id": pd.Series([1, 2], dtype="Int64")})
    with pytest.raises(DatasetError, match="line 2, column 'answer'"):
        load_frame(frame)
    assert load_frame(frame.iloc[:1], "type=id").items[0].responses == {"en": "1"}


def test_time_grows_with_the_rows(tmp_path) -> None:
    def seconds(count: int) -> float:
        (tmp_path / "set.jsonl").write_bytes(lines([{**RECORD, "id": n} for n in range(count)]))
        began = time.process_time()
        load_dataset(tmp_path / "set.jsonl")
        return time.process_time() - began

    seconds(100)
    assert min(seconds(8000) for _ in range(2)) < 3.5 * seconds(4000) + 0.2


def test_a_wide_record_with_a_field_twice_is_refused_at_once(tmp_path: Path) -> None:
    def seconds(fields: int) -> float:
        record = ", ".join(f'"f{number}": 1' for number in range(fields))
        (tmp_path / "set.jsonl").write_text(f'{{{record}, "f{fields - 1}": 2}}\n', encoding="utf-8")
        began = time.process_time()
        with pytest.raises(DatasetError, match="twice"):
            load_dataset(tmp_path / "set.jsonl")
        return time.process_time() - began

    assert seconds(100_000) < 5


@pytest.mark.parametrize("text", ["q", "q" * 200_000], ids=["rows", "letters"])
def test_a_few_bytes_of_parquet_are_not_gigabytes(tmp_path, monkeypatch, text: str) -> None:
    """A value stands once in such a file, and a million times in its rows."""
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    from pyarrow import parquet as files

    rows = 1_000_001 if text == "q" else 20
    monkeypatch.setattr(set_table, "_LARGEST", 1 << 18)
    repeated = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows, pyarrow.int32()), pyarrow.array([text]))
    path = tmp_path / "set.parquet"
    files.write_table(pyarrow.table({"question": repeated, "answer": repeated}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(DatasetError, match="1,000,000 rows, or 1 MiB unpacked"):
        load_dataset(path)


@pytest.mark.parametrize("name", ["set.csv", "set.jsonl", "set.json", "set.xlsx"])
def test_more_rows_than_can_be_held(tmp_path: Path, name: str, monkeypatch) -> None:
    rows = [("question", "answer"), *[(f"q{at}", "a") for at in range(31)]]
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    made = {".csv": table, ".jsonl": lambda *_: lines(records), ".json": lambda *_: dumped(records), ".xlsx": sheet}
    path = tmp_path / name
    path.write_bytes(made[path.suffix](*rows))
    monkeypatch.setattr(files, "MAX_ROWS", 31)
    monkeypatch.setattr(reader, "MAX_ROWS", 31)
    assert len(load_dataset(path).items) == 31
    monkeypatch.setattr(files, "MAX_ROWS", 30)
    monkeypatch.setattr(reader, "MAX_ROWS", 30)
    with pytest.raises(DatasetError, match="more than 30 rows"):
        load_dataset(path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("set.json", b'{"a": [' + b"[]," * 6_000_000 + b"1]}"),
        ("set.jsonl", b"\n" * 11_000_000),
        ("set.xml", b"<a>" + b"<b/>" * 11_000_000 + b"</a>"),
    ],
)
def test_more_values_than_can_be_held(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    began = time.process_time()
    with pytest.raises(DatasetError, match="more than 10,000,000 values"):
        load_dataset(tmp_path / name)
    assert time.process_time() - began < 20
