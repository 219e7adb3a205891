"""The folder of a library: what is added stands in it as a whole, below it and nowhere else."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import pytest

from kotae.web import library as library_module
from kotae.web.index_view import Catalogue, IndexedFile, file_id
from kotae.web.library import Library
from rag.errors import CannotWrite, CorpusError, RequestError, SettingsError


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "documents", tmp_path / "index")


def add(library: Library, path: str, content: bytes = b"Rinderpest.") -> None:
    with library.adding(path) as file:
        file.write(content)


def send_half(library: Library, seen: list[Path] | None = None) -> None:
    with library.adding("a.md") as file:
        file.write(b"ne")
        if seen is not None:
            seen.append(Path(file.name))
        raise EOFError


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_documents_keep_their_folders_and_replace_their_older_selves(library) -> None:
    add(library, "会議/2024/要約.md", b"1")
    add(library, "会議/2024/要約.md", b"2")
    add(library, "a.txt", b"3")
    assert tree(library.folder) == {"会議/2024/要約.md": b"2", "a.txt": b"3"}
    assert [file.source for file in library.files()] == ["a.txt", "会議/2024/要約.md"]


def test_a_document_that_does_not_arrive_as_a_whole_leaves_nothing(library) -> None:
    add(library, "a.md", b"old")
    with pytest.raises(EOFError):
        send_half(library)
    assert tree(library.folder) == {"a.md": b"old"}


def test_what_a_killed_server_left_is_removed(library, tmp_path) -> None:
    seen: list[Path] = []
    with pytest.raises(EOFError):
        send_half(library, seen)
    seen[0].write_bytes(b"half")
    Library(library.folder, tmp_path / "index")
    assert tree(library.folder) == {}


@pytest.mark.parametrize("path", ["../a.md", "/a.md", "x/../../a.md", "C:\\a.md", ".kotaeignore", "nul.md"])
def test_nothing_is_written_outside_or_hidden(library, tmp_path, path) -> None:
    with pytest.raises(RequestError):
        add(library, path)
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]
    assert tree(library.folder) == {}


def test_links_lead_nowhere(library, tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine.md").write_bytes(b"mine")
    (library.folder / "out").symlink_to(tmp_path / "elsewhere")
    (library.folder / "mine.md").symlink_to(tmp_path / "elsewhere" / "mine.md")
    (library.folder / "lost.md").symlink_to(tmp_path / "elsewhere" / "new.md")
    for path in ("out/new.md", "out/mine.md", "mine.md", "lost.md", "mine.md/a.md"):
        with pytest.raises(RequestError, match="in the library"):
            add(library, path)
    library.remove({file_id("mine.md"), file_id("out/mine.md")})
    assert tree(tmp_path / "elsewhere") == {"mine.md": b"mine"}


def test_a_folder_and_a_file_do_not_replace_one_another(library) -> None:
    add(library, "a.md/b.md")
    add(library, "c.md")
    for path in ("a.md", "c.md/d.md"):
        with pytest.raises(RequestError, match="in the library"):
            add(library, path)
    assert set(tree(library.folder)) == {"a.md/b.md", "c.md"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_in_another_spelling_is_the_same_document(library, form) -> None:
    folder = library.folder / unicodedata.normalize(form, "ガイド")
    folder.mkdir()
    (folder / unicodedata.normalize(form, "パン.md")).write_bytes(b"old")
    add(library, unicodedata.normalize("NFD", "ガイド/パン.md"), b"new")
    assert list(tree(library.folder).values()) == [b"new"]
    assert library.remove({file_id("ガイド/パン.md")}) == 1
    assert list(library.folder.iterdir()) == []


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(library, monkeypatch) -> None:
    add(library, "a.md")
    scan = os.scandir

    def stale(path: str) -> object:
        if Path(path) == library.folder:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
        return scan(path)

    monkeypatch.setattr("os.scandir", stale)
    with pytest.raises(CorpusError, match="cannot be listed"):
        library.files()
    with pytest.raises(CorpusError, match="cannot be listed"):
        library.remove({file_id("a.md")})


def test_another_kind_of_file_is_refused_with_the_kinds(library) -> None:
    with pytest.raises(RequestError, match=r"does not read this kind of file \(run\.exe\).*\.docx"):
        add(library, "run.exe")


def test_there_are_only_so_many_files(library, monkeypatch) -> None:
    monkeypatch.setattr(library_module, "MOST_FILES", 2)
    add(library, "a.md")
    add(library, "b.md")
    with pytest.raises(RequestError, match="The library has 2 files"):
        add(library, "c.md")
    library.remove({file_id("a.md")})
    add(library, "c.md")
    assert set(tree(library.folder)) == {"b.md", "c.md"}


def test_removal_leaves_other_files_and_no_empty_folders(library) -> None:
    for path in ("x/y/a.md", "x/b.md", "c.md"):
        add(library, path)
    assert library.remove({file_id("x/y/a.md"), file_id("c.md"), "unknown", "../x"}) == 2
    assert set(tree(library.folder)) == {"x/b.md"}
    assert not (library.folder / "x" / "y").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_an_error_with_a_remedy(library) -> None:
    library.folder.chmod(0o500)
    with pytest.raises(CannotWrite, match="Make it writable"):
        add(library, "a.md")
    library.folder.chmod(0o700)


def test_files_without_chunks_are_listed_among_the_others(library) -> None:
    for path in ("2.md", "10.md", "1.md"):
        add(library, path)
    indexed = IndexedFile(file_id("2.md"), "2.md", {"en": 3})
    catalogue = library.with_unread(Catalogue("", "", complete=True, files=(indexed,)))
    assert [(file.source, file.chunks) for file in catalogue.files] == [("1.md", 0), ("2.md", 3), ("10.md", 0)]


@pytest.mark.parametrize(
    ("documents", "index"), [("a", "a"), ("a", "a/index"), ("a/documents", "a"), ("a", "a/b/../index")]
)
def test_the_index_is_never_read_as_a_document(tmp_path, documents, index) -> None:
    with pytest.raises(SettingsError, match="inside one another"):
        Library(tmp_path / documents, tmp_path / index)


def test_an_index_in_a_hidden_folder_of_the_library_is_not_read(tmp_path) -> None:
    assert Library(tmp_path, tmp_path / ".kotae" / "index").files() == ()


def test_a_library_that_is_a_file_is_refused(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be used"):
        Library(tmp_path / "file", tmp_path / "index")
