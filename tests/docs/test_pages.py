"""The pages are held to the program: commands parse, links lead somewhere, files and modules exist, counts are true."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

import kotae
from tests.commands import parse
from tests.docs.pages import PAGES, anchors_of, code_of, name_of, prose_of, text_of
from tests.rows import each_row
from tests.samples import REPOSITORY as ROOT

COMMANDS = sorted(
    {
        (name_of(page), line.split("  #")[0].strip())
        for page in PAGES
        if name_of(page) != "docs/cli.md"
        for line in re.findall(r"^\s*(?:\$ )?(kotae .+)$", code_of(page), re.M)
    }
)
LINKS = sorted(
    {(page, link) for page in PAGES for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", prose_of(page))}
)
CODE_SPANS = sorted({(name_of(page), span) for page in PAGES for span in re.findall(r"`([^`\n]+)`", prose_of(page))})
PYTHON = [
    (name_of(page), code)
    for page in PAGES
    for code in re.findall(r"^```python\n(.*?)^```$", "" if page.name == "python.md" else text_of(page), re.M | re.S)
] + [("docs/python.md", text_of(ROOT / "docs/python.md").partition("```python\n")[2].partition("```")[0])]
MODULES = sorted(
    {(page, name) for page, span in CODE_SPANS for name in re.findall(r"python -m ((?:tests|docs|eval)[\w.]*)", span)}
    | {
        (page, span)
        for page, span in CODE_SPANS
        if re.fullmatch(r"(?:kotae|rag|ingest|eval)\.(?!py$)[a-z_0-9.]+", span)
    }
)
PATHS = sorted(
    {
        (page, span)
        for page, span in CODE_SPANS
        if re.fullmatch(r"(?:kotae|rag|ingest|eval|tests|docs|corpus)/[\w./-]+", span)
        and not page.startswith("tests/") and page != "CHANGELOG.md"
    }
)  # fmt: skip


def test_there_are_commands_on_many_pages() -> None:
    assert len(COMMANDS) >= 40
    assert {"README.md", "README.ja.md", "docs/documents.md", "docs/servers.md"} <= {page for page, _ in COMMANDS}


@each_row("page, command", COMMANDS)
def test_every_command_parses(page: str, command: str) -> None:
    parse(command)


def test_a_wrong_option_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse("kotae ask 質問 --no-such-option")


@each_row("page, link", LINKS)
def test_every_link_leads_somewhere(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    assert target.exists()
    if anchor and target.suffix == ".md":
        assert anchor in anchors_of(target)


@each_row("page, module", MODULES)
def test_every_module_named_exists(page: str, module: str) -> None:
    """Of a dotted name that is no module, the part before the last dot is one and holds the rest."""
    path = ROOT / module.replace(".", "/")
    if not path.is_dir() and not path.with_suffix(".py").is_file():
        holder, _, name = module.rpartition(".")
        assert importlib.util.find_spec(holder) is not None
        assert hasattr(importlib.import_module(holder), name)


@each_row("page, code", PYTHON)
def test_python_compiles_and_uses_public_names(page: str, code: str) -> None:
    compile(code, page, "exec")
    assert set(re.findall(r"\bkotae\.(\w+)\(", code)) <= set(kotae.__all__)


@each_row("page, path", PATHS)
def test_every_path_named_exists(page: str, path: str) -> None:
    assert (ROOT / path).exists()


def test_the_readme_is_short() -> None:
    for name in ("README.md", "README.ja.md"):
        assert len(text_of(ROOT / name).splitlines()) <= 250


def test_both_readmes_show_the_same_commands_and_figures() -> None:
    """Written in each language, and true of the same program: a command or a figure in one is in the other."""
    english, japanese = ROOT / "README.md", ROOT / "README.ja.md"
    commands = [{command for page, command in COMMANDS if page == name_of(readme)} for readme in (english, japanese)]
    assert commands[0] == commands[1]
    figures = [
        set(re.findall(r"\d(?:[\d,.]*\d)?", text_of(readme).partition("| ---")[2])) for readme in (english, japanese)
    ]
    assert {figure for figure in figures[0] ^ figures[1] if len(figure) >= 3} <= {"2026"}


def test_the_data_card_counts_the_corpus() -> None:
    japanese = len(list((ROOT / "corpus/ja").iterdir()))
    english = len(list((ROOT / "corpus/en").iterdir()))
    assert f"{japanese + english} documents, {japanese} Japanese and {english} English" in text_of(
        ROOT / "eval/data/README.md"
    )


def test_every_decision_is_in_the_list_and_has_its_parts() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\]\((\d\d\d-[\w-]+\.md)\)", text_of(folder / "README.md"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        assert re.findall(r"^## (.+)$", text_of(folder / name), re.M)[:3] == ["Context", "Decision", "Consequences"]
