"""A module and its tests are found from one another: tests/PATH/test_X.py and test_X_more.py test
PATH/X.py or PATH/X/."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.rows import each_row
from tests.samples import REPOSITORY

WHOLE_PROJECT = {
    "docs/": "the pages of the documentation",
    "faults/": "damages what kotae has stored, from outside; a program of its own: python -m tests.faults",
    "injection/": "measures prompts that carry orders, from document to answer; its programs are beside it",
    "test_layout": "the tree itself",
    "test_patterns": "every compiled pattern of the product",
    "test_doctests": "the examples in all docstrings of the product",
    "test_style": "the syntax of every product file",
    "test_dist": "the wheel and the source distribution",
}
"""Tests that belong to no single module, and what they test."""


def _tests() -> list[PurePosixPath]:
    folder = REPOSITORY / "tests"
    return [PurePosixPath(path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("test_*.py"))]


def find_tested(test: PurePosixPath, root: Path) -> Path | None:
    """Return the module, package or folder of data that a test file's name points to; None where there is none.

    The longest name wins: test_run_index.py tests run_index.py where there is one, else run.py. Directly below tests/
    are also the tests of its own helpers.
    """
    words = test.stem.removeprefix("test_").split("_")
    folders = [root / test.parent] + ([root / "tests"] if test.parent == PurePosixPath() else [])
    for count in range(len(words), 0, -1):
        for folder in folders:
            path = folder / "_".join(words[:count])
            if path.with_suffix(".py").is_file():
                return path.with_suffix(".py")
            if path.is_dir():
                return path
    return None


@each_row("test", _tests())
def test_a_test_file_is_named_after_what_it_tests(test: PurePosixPath) -> None:
    if any(str(test).startswith(name) for name in WHOLE_PROJECT):
        return
    assert find_tested(test, REPOSITORY) is not None, (
        f"No module {PurePosixPath(test.parent, test.stem.removeprefix('test_'))}*.py"
    )


@pytest.mark.parametrize(
    ("test", "module"),
    [
        ("rag/text/test_lines.py", "rag/text/lines.py"),
        ("rag/text/test_lines_of_a_file.py", "rag/text/lines.py"),
        ("test_rag_lines.py", "rag"),
        ("rag/test_text.py", "rag/text"),
        ("rag/test_lines.py", None),
        ("test_fakes.py", "tests/fakes.py"),
    ],
)
def test_a_name_without_a_module_would_be_noticed(tmp_path: Path, test: str, module: str | None) -> None:
    for name in ("rag/text/lines.py", "tests/fakes.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_tested(PurePosixPath(test), tmp_path) == (module and tmp_path / module)


def test_the_list_of_exceptions_has_no_leftovers() -> None:
    for name in WHOLE_PROJECT:
        assert any(str(test).startswith(name) for test in _tests()), name


def test_every_package_of_tests_has_a_package_or_is_listed() -> None:
    folders = {str(test.parent) for test in _tests() if not str(test).startswith(tuple(WHOLE_PROJECT))}
    assert [name for name in sorted(folders) if name != "." and not (REPOSITORY / name / "__init__.py").is_file()] == []
