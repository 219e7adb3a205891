"""From a folder to files, and from a file to its title, language and text."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from ingest.load import CorpusFile, LoadedDocument, find, load
from rag.errors import CorpusError, EmptyCorpus, UnreadableDocument
from tests.samples import write_corpus


def loaded(text: str, name: str = "notes.md") -> LoadedDocument:
    return load(CorpusFile(name, Path("/corpus", name)), text.encode())


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
    with pytest.raises(UnreadableDocument, match=f"{message}.*notes.md"):
        loaded(text)


def test_find_sorts_and_tells_what_it_does_not_read(tmp_path: Path) -> None:
    files = {"b.md": "b", "a/c.TXT": "c", "a/d.pdf": "d", ".hidden.md": "h", ".git/e.md": "e", "a/.f/g.txt": "g"}
    found = find(write_corpus(tmp_path, files))
    assert [file.source for file in found.files] == ["a/c.TXT", "b.md"]
    assert found.ignored == ("a/d.pdf",)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_nfc_however_the_disk_spells_them(tmp_path: Path, form: str) -> None:
    write_corpus(tmp_path, {unicodedata.normalize(form, "ガイド/プラハのデザイン.txt"): "本文です。"})
    (file,) = find(tmp_path).files
    assert file.source == unicodedata.normalize("NFC", "ガイド/プラハのデザイン.txt")
    assert file.path.read_text(encoding="utf-8") == "本文です。"
    assert load(file, file.path.read_bytes()).title == unicodedata.normalize("NFC", "プラハのデザイン")


def test_two_spellings_of_one_name_are_not_two_documents_of_one_source(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"ガ.txt": "一。"})
    write_corpus(tmp_path, {unicodedata.normalize("NFD", "ガ.txt"): "二。"})
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this disk holds one spelling only")
    sources = [file.source for file in find(tmp_path).files]
    assert len(sources) == len(set(sources)) == 2


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no such folder.*nowhere"):
        find(tmp_path / "nowhere")


def test_file_instead_of_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(CorpusError, match=r"a\.txt"):
        find(tmp_path / "a.txt")


@pytest.mark.parametrize("files", [{}, {"a.pdf": "x"}, {".hidden.md": "x"}])
def test_empty_folder(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(EmptyCorpus, match="no document"):
        find(write_corpus(tmp_path, files))
