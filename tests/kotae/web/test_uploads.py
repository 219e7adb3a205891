"""Names of files that the page sends, and errors that name the file and not where it was read."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from kotae.web.uploads import document_path, file_name, read_uploaded
from rag.errors import DatasetError, RequestError
from rag.messages import Message, translated


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("質問.xlsx", "質問.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\list.csv", "list.csv"),
        (unicodedata.normalize("NFD", "ガイド.csv"), "ガイド.csv"),
        ("a\u0000b\n\u202egnp.txt", "abgnp.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        (" 表 .txt ", "表 .txt"),
    ],
)
def test_a_name_has_no_folder_and_is_composed(given, name) -> None:
    assert file_name(given) == name
    assert file_name(name) == name


@pytest.mark.parametrize("given", ["", "..", "a/", "C:\\", ".bashrc", "~$list.xlsx", "\u0000", "長" * 100])
def test_what_is_no_name_is_refused(given) -> None:
    with pytest.raises(RequestError):
        file_name(given)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("議事録/2024年/要約.docx", "議事録/2024年/要約.docx"),
        ("a\\b\\c.md", "a/b/c.md"),
        (unicodedata.normalize("NFD", "ガイド/パン.md"), "ガイド/パン.md"),
        ("What is it?.pdf", "What is it_.pdf"),
        ("con-text/console.md", "con-text/console.md"),
        ("a..b/c...d.md", "a..b/c...d.md"),
        ("家族👨‍👩‍👧.txt", "家族👨‍👩‍👧.txt"),
    ],
)
def test_a_path_keeps_its_folders(given, path) -> None:
    assert document_path(given) == path
    assert document_path(path) == path


@pytest.mark.parametrize(
    ("given", "part"),
    [
        *[
            (given, "not one of a file in the folder")
            for given in (
                "", "/etc/passwd.txt", "..", "../a.md", "a/../../b.md", "a\\..\\b.md", "a//b.md", "a/", "./a.md",
                ".kotae/a.md", "a/.hidden/b.md", "~$a.docx", "C:\\a.md", "c:/a.md", "\\\\server\\share\\a.md",
                " /a.md", "a/.. /b.md",
            )
        ],
        *[(given, "control characters") for given in ("a\0.md", "a\nb.md", "a\x7f.md", "\u202efdp.md", "a\u2066b.md")],
        *[
            (given, "a device")
            for given in ("con", "CON.md", "a/nul.txt", "lpt1.tar.md", "COM¹.md", "aux .md", "prn/a.md", "conin$.md")
        ],
        *[(given, "with a space") for given in (" a.md", "a /b.md", "a./b.md", "a.md.", "a.md ")],
        ("長" * 70 + ".md", "longer than 200 bytes"),
        ("a/" * 20 + "b.md", "more than 19 folders"),
        (("x" * 190 + "/") * 6 + "b.md", "or 1000 bytes"),
    ],
)  # fmt: skip
def test_a_path_that_cannot_be_kept_as_it_is_is_refused(given, part) -> None:
    with pytest.raises(RequestError, match=part) as caught:
        document_path(given)
    assert caught.value.text("ja").isprintable()
    assert caught.value.text("ja").endswith("名前を変更してください。")


def test_an_error_names_the_file_as_its_sender_does() -> None:
    seen: list[Path] = []

    def refuse(path: Path) -> None:
        assert path.read_bytes() == b"1"
        seen.append(path)
        where = Message(
            "{where}, {position}", where=Message("{path}, sheet {sheet!r}", path=path, sheet="A"), position=1
        )
        raise DatasetError(Message("This file has more than {max_rows:,} rows", max_rows=9), where=where, do="Sort it.")

    with pytest.raises(DatasetError) as caught:
        read_uploaded("表.csv", b"1", refuse)
    assert str(caught.value) == "This file has more than 9 rows (表.csv, sheet 'A', 1). Sort it."
    assert str(seen[0].parent) not in translated(caught.value.message, "ja")
    assert not seen[0].exists()
