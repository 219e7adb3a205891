"""From a folder to files: what is found, left out, and named as out of reach."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.documents import documents, open_file
from ingest.files import FilePatterns, FolderListing, find
from rag.errors import CorpusError, EmptyCorpus, SettingsError, UnreadableDocument
from tests.samples import write_corpus


def sources(found: FolderListing) -> list[str]:
    return [file.source for file in found.files]


def test_find_sorts_and_tells_what_it_does_not_read(tmp_path: Path) -> None:
    files = {"b.md": "b", "a/c.TXT": "c", "a/d.ods": "d", ".hidden.md": "h", ".git/e.md": "e", "a/.f/g.txt": "g"}
    found = find(write_corpus(tmp_path, files))
    assert [file.source for file in found.files] == ["a/c.TXT", "b.md"]
    assert found.ignored == ("a/d.ods",)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_nfc_however_the_disk_spells_them(tmp_path: Path, form: str) -> None:
    write_corpus(tmp_path, {unicodedata.normalize(form, "ガイド/プラハのデザイン.txt"): "本文です。"})
    (file,) = find(tmp_path).files
    assert file.source == unicodedata.normalize("NFC", "ガイド/プラハのデザイン.txt")
    assert file.path.read_text(encoding="utf-8") == "本文です。"
    (document,) = documents(file, open_file(file))
    assert document.title == unicodedata.normalize("NFC", "プラハのデザイン")


def test_two_spellings_of_one_name_are_not_two_documents_of_one_source(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"ガ.txt": "一。"})
    write_corpus(tmp_path, {unicodedata.normalize("NFD", "ガ.txt"): "二。"})
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this disk holds one spelling only")
    sources = [file.source for file in find(tmp_path).files]
    assert len(sources) == len(set(sources)) == 2


def test_a_folder_that_cannot_be_listed_is_not_one_whose_files_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a.txt": "A", "below/b.txt": "B"})
    scan, stale = os.scandir, corpus / "below"

    def scan_but(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) == stale:
            raise OSError(116, "Stale file handle", str(path))
        return scan(path)

    monkeypatch.setattr("os.scandir", scan_but)
    found = find(corpus)
    assert (sources(found), [failure.subject for failure in found.failed]) == (["a.txt"], ["below"])
    stale = corpus
    with pytest.raises(CorpusError, match="cannot be listed"):
        find(corpus)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no such folder.*nowhere"):
        find(tmp_path / "nowhere")


def test_file_instead_of_folder(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.txt": "本文。", "b.txt": "本文。", "c.xyz": ""})
    listing = find(tmp_path / "a.txt")
    assert [(file.source, file.path) for file in listing.files] == [("a.txt", tmp_path / "a.txt")]
    assert (listing.ignored, listing.failed) == ((), ())
    with pytest.raises(EmptyCorpus, match=r"This file has no known format.*c\.xyz"):
        find(tmp_path / "c.xyz")


def test_files_beside_open_documents_are_skipped(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"規程.txt": "本文。", "~$規程.docx": "x", ".~lock.規程.odt#": "x", "sub/~$a.xlsx": "x"})
    listing = find(tmp_path)
    assert [file.source for file in listing.files] == ["規程.txt"]
    assert (listing.ignored, listing.excluded, listing.failed) == ((), (), ())


@pytest.mark.parametrize("files", [{}, {"a.ods": "x"}, {".hidden.md": "x"}])
def test_empty_folder(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(EmptyCorpus, match="no document"):
        find(write_corpus(tmp_path, files))


FILES = {
    "a.md": "a",
    "b.txt": "b",
    "draft/c.md": "c",
    "draft/d.txt": "d",
    "議事録/四月.md": "四",
    "議事録/ガイド.txt": "五",
    "e.ods": "e",
}


@pytest.mark.parametrize(
    ("include", "exclude", "lines", "read_", "excluded"),
    [
        ((), (), "", 6, ()),
        (("*.md",), (), "", 3, ("b.txt", "draft/d.txt", "e.ods", "議事録/ガイド.txt")),
        (("/*.md", "議事録/"), (), "", 3, ("b.txt", "draft/c.md", "draft/d.txt", "e.ods")),
        ((), ("draft/",), "", 4, ("draft/",)),
        ((), ("*.txt", "!ガイド.txt"), "", 4, ("b.txt", "draft/d.txt")),
        ((), ("draft/*", "!draft/c.md"), "", 5, ("draft/d.txt",)),
        ((), (), "# 下書き\ndraft/\n\n議事録/*.txt\n", 3, ("draft/", "議事録/ガイド.txt")),
        ((), ("!b.txt",), "*.txt\n", 4, ("draft/d.txt", "議事録/ガイド.txt")),
        (("*.md",), ("/a.md",), "draft/", 1, ("a.md", "b.txt", "draft/", "e.ods", "議事録/ガイド.txt")),
        ((), ("b.txt",), "", 5, ("b.txt",)),
        ((), (unicodedata.normalize("NFD", "議事録/ガイド.txt"), "無"), "", 5, ("議事録/ガイド.txt",)),
    ],
)
def test_patterns(
    tmp_path: Path,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    lines: str,
    read_: int,
    excluded: tuple[str, ...],
) -> None:
    write_corpus(tmp_path, FILES)
    if lines:
        (tmp_path / ".kotaeignore").write_bytes(lines.encode("cp932"))
    found = find(tmp_path, FilePatterns(include, exclude))
    assert found.excluded == excluded
    assert len(found.files) == read_
    below = sum(1 for name in FILES if name.startswith("draft/")) if "draft/" in excluded else 1
    others = len(found.files) + len(found.ignored) + len(excluded) - ("draft/" in excluded)
    assert others + below * ("draft/" in excluded) == len(FILES)


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "\\"])
def test_a_pattern_that_is_none(tmp_path: Path, pattern: str) -> None:
    write_corpus(tmp_path, FILES)
    with pytest.raises(SettingsError, match="--exclude"):
        find(tmp_path, FilePatterns(exclude=("*.txt", pattern)))
    (tmp_path / ".kotaeignore").write_text(pattern)
    with pytest.raises(SettingsError, match="kotaeignore"):
        find(tmp_path)


def test_everything_excluded(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus, match=r"no documents \(3 excluded\)"):
        find(
            write_corpus(tmp_path, {"a.md": "a", "b.txt": "b", "c/d.txt": "d"}), FilePatterns(exclude=("*.md", "*.txt"))
        )


def test_links_within_the_corpus_and_loops(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"docs/a.txt": "本文。"})
    (tmp_path / "b.txt").symlink_to(tmp_path / "docs/a.txt")
    (tmp_path / "docs/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "docs", target_is_directory=True)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    found = find(tmp_path)
    assert sources(found) == ["b.txt", "docs/a.txt", "self.txt"]
    assert found.failed == ()
    with pytest.raises(UnreadableDocument, match=r"symbolic links.*self\.txt"):
        open_file(found.files[2])


def test_links_out_of_the_corpus_are_named(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"a.txt": "本文。"})
    write_corpus(tmp_path / "secret", {"key.txt": "秘密。"})
    (corpus / "鍵.txt").symlink_to(tmp_path / "secret/key.txt")
    (corpus / "folder").symlink_to(tmp_path / "secret", target_is_directory=True)
    (corpus / "other.ods").symlink_to(tmp_path / "secret/key.txt")
    found = find(corpus)
    assert sources(found) == ["a.txt"]
    assert found.ignored == ("other.ods",)
    assert [one.subject for one in found.failed] == ["folder", "鍵.txt"]
    assert all("points outside" in one.message and one.subject in one.message for one in found.failed)
    assert find(corpus, FilePatterns(exclude=("鍵.*", "folder"))).failed == ()


def test_a_corpus_that_is_a_link_itself(tmp_path: Path) -> None:
    write_corpus(tmp_path / "real", {"a.txt": "本文。", "b/c.txt": "本文。"})
    (tmp_path / "real/d.txt").symlink_to("b/c.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert sources(find(tmp_path / "link")) == ["a.txt", "b/c.txt", "d.txt"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (file,) = find(tmp_path).files
    with pytest.raises(UnreadableDocument, match=r"not a regular file.*pipe\.txt"):
        open_file(file)


def test_a_name_in_another_encoding(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.txt": "本文。"})
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "東京.txt".encode("cp932"))).write_text("本文。")
    except OSError:
        pytest.skip("this disk holds Unicode names only")
    found = find(tmp_path)
    assert sources(found) == ["a.txt"]
    (failed,) = found.failed
    assert failed.subject == r"\x93\x8c\x8b\x9e.txt"
    assert "not Unicode" in failed.message
    failed.message.encode()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may list, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_what_may_not_be_read_is_named(open_folder: Path) -> None:
    write_corpus(open_folder, {"a.txt": "本文。", "locked/b.txt": "本文。", "秘密.txt": "本文。"})
    (open_folder / "locked").chmod(0)
    (open_folder / "秘密.txt").chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)  # root may read everything
        found = find(open_folder)
        with pytest.raises(UnreadableDocument, match=r"Permission denied.*秘密\.txt"):
            open_file(found.files[1])
    finally:
        os.seteuid(user)
        (open_folder / "locked").chmod(0o755)
    assert sources(found) == ["a.txt", "秘密.txt"]
    (failed,) = found.failed
    assert failed.subject == "locked"
    assert "Permission denied" in failed.message
