"""Names of files that the page sends, and errors that name the file and not where it was read."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from kotae.web.uploads import file_name, read_uploaded
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
