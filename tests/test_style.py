"""The rules that a linter does not know, over the syntax tree of every product file."""

from __future__ import annotations

import ast
import functools
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rows import each_row
from tests.samples import REPOSITORY

PACKAGES = ("kotae", "ingest", "eval", "rag")
FILES = [*sorted(path for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py")), REPOSITORY / "cli.py"]
FILE_LINES, FUNCTION_LINES = 300, 50
PRONOUNS = frozenset({"one", "said", "told", "shown"})
"""Names for whatever is at hand: a variable names the thing."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """What the rules look at in a file; its tree is not kept."""

    lines: int
    pronouns: list[str]
    long_functions: dict[str, int]
    public_classes: list[tuple[str, int]]
    docstring: str | None


@functools.cache
def read(path: Path) -> SourceFile:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    nodes = list(ast.walk(tree))
    return SourceFile(
        len(text.splitlines()),
        [f"{line}: {name}" for name, line in bound_names(tree) if name in PRONOUNS],
        {node.name: length(node) for node in nodes if isinstance(node, Function) and length(node) > FUNCTION_LINES},
        [(node.name, node.lineno) for node in nodes if isinstance(node, ast.ClassDef) and node.name[0] != "_"],
        ast.get_docstring(tree),
    )


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that is assigned, looped over, matched, caught, imported or taken as an argument, with its line.

    An attribute that is assigned on an instance or declared in a class body counts too.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno


def length(function: Function) -> int:
    """Return the lines of a function from its `def` on, without its docstring."""
    first = function.body[0]
    docstring = ast.get_docstring(function, clean=False) is not None
    return (function.end_lineno or 0) - function.lineno + 1 - (_lines(first) if docstring else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _in_repository(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@each_row("path", FILES)
def test_no_variable_is_a_pronoun(path: Path) -> None:
    assert read(path).pronouns == []


@pytest.mark.parametrize(
    "code",
    [
        "one = 1",
        "one: int = 1",
        "(first, *one) = []",
        "if one := 1: pass",
        "for one in []: pass",
        "[x for one in []]",
        "{one: 1 for x, one in []}",
        "lambda one: 1",
        "def f(*, one): pass",
        "def f(*one): pass",
        "with open('x') as one: pass",
        "try: pass\nexcept OSError as one: pass",
        "match 1:\n  case [*one]: pass",
        "match 1:\n  case {'a': one}: pass",
        "class A:\n  one: int",
        "self.one = 1",
        "import numpy as one",
        "def one(): pass",
    ],
)
def test_a_pronoun_would_be_noticed(code: str) -> None:
    assert [name for name, _ in bound_names(ast.parse(code)) if name in PRONOUNS] == ["one"]


def test_a_public_class_name_stands_for_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for name, line in read(path).public_classes:
            places[name].append(f"{_in_repository(path)}:{line}")
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@each_row("path", FILES)
def test_files_and_functions_are_short(path: Path) -> None:
    assert read(path).lines <= FILE_LINES
    assert read(path).long_functions == {}


def test_a_docstring_is_no_part_of_the_length() -> None:
    (function,) = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n').body
    assert isinstance(function, Function)
    assert length(function) == 3


def test_every_package_says_what_it_is() -> None:
    packages = [path for path in FILES if path.name == "__init__.py"]
    assert [_in_repository(path) for path in packages if not read(path).docstring] == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("rag/text/language.py", "import kotae.web"),
        ("rag/storage/atomic.py", "from ingest import sync"),
        ("ingest/sync.py", "from eval.dataset import load"),
        ("rag/text/sentences.py", "from rag.retrieval import retriever"),
        ("eval/statistics/paired.py", "import eval.report.records"),
    ],
)
def test_an_import_from_a_lower_layer_to_a_higher_one_fails(tmp_path: Path, module: str, line: str) -> None:
    kept, said = _lint_imports(tmp_path, module, line)
    assert not kept, said
    assert "BROKEN" in said


def test_the_layers_are_kept(tmp_path: Path) -> None:
    kept, said = _lint_imports(tmp_path, "cli.py", "")
    assert kept, said


def _lint_imports(folder: Path, module: str, line: str) -> tuple[bool, str]:
    """Check the import contracts in a copy of the project, with a line added to a module; what was printed."""
    for name in PACKAGES:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    for name in ("pyproject.toml", "cli.py"):
        shutil.copy(REPOSITORY / name, folder)
    with (folder / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
