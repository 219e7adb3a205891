"""The title of a Markdown file is its first heading of level 1, found in linear time; pictures as data are no text."""

from __future__ import annotations

import json
import time

import pytest

from ingest.formats.text import first_heading
from tests.ingest.files import texts


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("# 規程\n本文", "規程"),
        ("## 節\n# 規程 ##\n", "規程"),
        ("#規程\n", None),
        ("# C#\n", "C#"),
        ("```sh\n# comment\n```\n# 規程", "規程"),
        ("~~~\n```\n# comment\n~~~\n\n規程\n=====\n", "規程"),
        ("規程\n-----\n", None),
        ("#\n# \n#  \n# 規程", "規程"),
        ("=====\n# 規程", "規程"),
        ("", None),
        ("本文", None),
    ],
)
def test_first_heading(text: str, heading: str | None) -> None:
    assert first_heading(text) == heading


@pytest.mark.parametrize("fill", [" ", "#", "\t", "= ", "# ", "=", "`", "#\n", "===\n"])
def test_headings_take_linear_time(fill: str) -> None:
    began = time.perf_counter()
    for text in (f"# x{fill * 500_000}y\n\ntext", fill * 500_000 + "y", f"x\n{fill * 500_000}"):
        first_heading(text)
    assert time.perf_counter() - began < 5


def test_files_written_into_a_text_are_no_text() -> None:
    data = "data:image/png;base64," + "iVBORw0KGgo" * 1000
    markdown = f"# 手引き\n\n![][図1]\n\n本文 data: 用語。\n\n[図1]: <{data}>\n"
    assert texts("a.md", markdown.encode()) == {"a.md": "# 手引き\n\n![][図1]\n\n本文 data: 用語。\n\n[図1]: <>\n"}
    sequence = f"data:seq1,{'ACGT' * 30}\n"
    assert texts("a.txt", sequence.encode()) == {"a.txt": sequence}
    cell = {"cell_type": "markdown", "source": f'前<img src="{data}"/>後'}
    assert texts("a.ipynb", json.dumps({"cells": [cell]}).encode()) == {"a.ipynb": '前<img src=""/>後'}
