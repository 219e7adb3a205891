"""From a file to its title, language and text."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from ingest.documents import MAX_TITLE, CorpusFile, LoadedDocument, documents, fingerprint_of
from ingest.formats import ReadOptions
from rag.errors import SettingsError
from rag.records import Failure
from tests.ingest.files import ENCRYPTED_OFFICE, read_as, texts, word, xlsx


def loaded(text: str, name: str = "notes.md") -> LoadedDocument:
    (one,) = read_as(name, text.encode())
    assert isinstance(one, LoadedDocument)
    return one


@pytest.mark.parametrize(
    ("text", "name", "title", "language"),
    [
        ("---\ntitle: 富士山\nlang: ja\n---\n高い山。", "fuji.md", "富士山", "ja"),
        ("---\ntitle: Mount Fuji\nlang: en\n---\nA mountain.", "fuji.md", "Mount Fuji", "en"),
        ("---\ntitle: 'Mount: Fuji'\n---\nA mountain.", "fuji.md", "Mount: Fuji", "en"),
        ("---\ntitle: 富士山\n---\n高い山。", "fuji.txt", "富士山", "ja"),
        ("---\nlang: en\n---\n富士山 (Fuji)", "fuji.txt", "fuji", "en"),
        ("---\r\ntitle: 富士山\r\n---\r\n高い山。", "fuji.md", "富士山", "ja"),
        ("# 富士山 #\n\n高い山。", "fuji.md", "富士山", "ja"),
        ("# Mount Fuji\n\nA mountain.", "fuji.md", "Mount Fuji", "en"),
        ("# Not a heading in plain text", "fuji.txt", "fuji", "en"),
        ("## Only a second-level heading", "fuji.md", "fuji", "en"),
        ("---\nno end of front matter", "fuji.md", "fuji", "en"),
        ("高い山。", "富士山.txt", "富士山", "ja"),
    ],
)
def test_title_and_language(text: str, name: str, title: str, language: str) -> None:
    document = loaded(text, name)
    assert (document.title, document.language) == (title, language)


def test_front_matter_stays_in_the_text_and_out_of_the_body() -> None:
    document = loaded("---\ntitle: T\n---\nBody.")
    assert document.text[document.body :] == "Body."
    assert document.text.startswith("---")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("---\ntitle: T\n---\n", "empty"),
        ("---\nlang: fr\n---\nSalut.", "lang: fr"),
    ],
)
def test_refused_by_name(text: str, message: str) -> None:
    (one,) = read_as("notes.md", text.encode())
    assert isinstance(one, Failure)
    assert (one.subject, one.error) == ("notes.md", "UnreadableDocument")
    assert message in one.message


def test_a_long_title_leaves_room_for_the_text() -> None:
    title = loaded("# " + "長い題名" * 100 + "\n\n本文。").title
    assert len(title) == MAX_TITLE
    assert title.endswith("題…")


def test_nothing_readable_is_one_failure_of_the_file() -> None:
    outcomes = read_as("a.jsonl", b"{\n[\n")
    assert [one.subject for one in outcomes] == ["a.jsonl#line=1", "a.jsonl#line=2", "a.jsonl"]
    assert all(isinstance(one, Failure) for one in outcomes)


def test_a_library_that_raises_anything_is_a_failure_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import ingest.documents

    def broken(*_: object):
        yield ingest.documents.Part("本文。", "page=1", "page=1")
        raise RecursionError("too deep")

    monkeypatch.setattr(ingest.documents, "READERS", {".pdf": broken})
    document, failed = documents(CorpusFile("a.pdf", Path("a.pdf")), io.BytesIO())
    assert isinstance(document, LoadedDocument)
    assert failed == Failure(
        "a.pdf",
        "UnreadableDocument",
        "This file is damaged and cannot be read beyond page=1: too deep (a.pdf)",
    )


def test_columns_change_the_fingerprint_of_tables_alone() -> None:
    digest = hashlib.sha256(b"a,b").hexdigest()
    table, text = CorpusFile("a.csv", Path("a.csv")), CorpusFile("a.txt", Path("a.txt"))
    chosen = [ReadOptions(), ReadOptions(("a",)), ReadOptions(("b",)), ReadOptions(("a", "b"))]
    assert len({fingerprint_of(table, digest, one) for one in chosen}) == 4
    assert len({fingerprint_of(text, digest, one) for one in chosen}) == 1


def test_an_encoding_changes_the_fingerprint_of_text_files_alone() -> None:
    digest = hashlib.sha256(b"a,b").hexdigest()
    for name, kinds in (("a.csv", 3), ("a.md", 3), ("a.xlsx", 1), ("a.pdf", 1)):
        file = CorpusFile(name, Path(name))
        chosen = [ReadOptions(), *(ReadOptions(encoding=given) for given in ("cp932", "windows-31j", "euc_jp"))]
        assert len({fingerprint_of(file, digest, options) for options in chosen}) == kinds


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.jsonl"])
def test_an_encoding_that_is_given_is_used_for_what_is_not_unicode(name: str) -> None:
    text = '{"text": "採掘"}' if name == "a.jsonl" else "見出し\n採掘" if name == "a.csv" else "採掘"
    file = CorpusFile(name, Path(name))
    for data in (text.encode("euc_jp"), text.encode()):
        (document,) = documents(file, io.BytesIO(data), ReadOptions(encoding="euc-jp"))
        assert isinstance(document, LoadedDocument)
        assert document.text.strip().endswith("採掘")


@pytest.mark.parametrize("given", ["klingon", "utf-16", "hex", ""])
def test_an_encoding_that_does_not_exist_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match="There is no encoding"):
        ReadOptions(encoding=given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("办公时间是上午九点到下午五点，星期日休息。", "seems to be in Chinese"),
        ("서울은 대한민국의 수도이다. 인구는 천만 명이다.", "seems to be in Korean"),
        ("---\nlang: zh-CN\n---\n本文。", "lang: zh-CN"),
    ],
)
def test_another_language_is_named(text: str, message: str) -> None:
    for name in ("a.md", "a.txt"):
        (failed,) = read_as(name, text.encode())
        assert isinstance(failed, Failure)
        assert message in failed.message
    (document,) = read_as("a.md", f"---\nlang: ja-JP\n---\n{text.rpartition('---')[2]}".encode())
    assert isinstance(document, LoadedDocument)
    assert document.language == "ja"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_format_that_is_read_whole_has_a_limit_that_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.formats.types.MAX_WHOLE", 3 * 1024**2)
    assert isinstance(read_as(name, b"a b " * (3 * 1024**2 // 4))[0], LoadedDocument)
    (failed,) = read_as(name, b"a b " * (3 * 1024**2 // 4) + b"!")
    assert isinstance(failed, Failure)
    assert "larger than 3 MiB" in failed.message
    assert "csv or jsonl" in failed.message


def test_tables_have_no_such_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.formats.types.MAX_WHOLE", 100)
    assert len(read_as("a.csv", b"a,b\n" + b"1,2\n" * 100)) == len(read_as("a.jsonl", b'{"text": "a"}\n' * 100)) == 100


def test_gaiji_are_named_and_the_document_is_read() -> None:
    document, named = read_as("a.txt", "外字は\ue000です。".encode())
    assert isinstance(document, LoadedDocument)
    assert isinstance(named, Failure)
    assert named.error == "LeftOut"
    assert "U+E000" in named.message
    assert len(read_as("a.txt", "箇条書き\uf0b7一つ目。".encode())) == 1  # a bullet of Wingdings


@pytest.mark.parametrize(("plain", "macros"), [("a.docx", "a.docm"), ("a.xlsx", "a.xlsm")])
def test_office_files_with_macros_are_read_as_those_without(plain: str, macros: str) -> None:
    data = word("<w:p><w:r><w:t>本則。</w:t></w:r></w:p>") if plain == "a.docx" else xlsx(表=[["品", "数"], ["筆", 3]])
    archive = io.BytesIO(data)
    with zipfile.ZipFile(archive, "a") as package:
        package.writestr("vbaProject.bin", ENCRYPTED_OFFICE)
    assert list(texts(macros, archive.getvalue()).values()) == list(texts(plain, data).values()) != []
    (failed,) = read_as(macros, b"%PDF-1.7")
    assert "is a PDF" in failed.message  # type: ignore[union-attr]
