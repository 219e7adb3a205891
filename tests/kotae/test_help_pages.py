"""Help pages in Japanese: every text translated, and no line wider than the terminal."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from kotae.commands import main
from rag.text.width import display_width
from tests.kotae.test_commands_help import commands

ENGLISH = re.compile(r"(?:\b[a-z]+ ){3}")


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
@pytest.mark.parametrize("width", [72, 80])
def test_help_is_in_japanese(path, width) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], env={"KOTAE_LANG": "ja"}, terminal_width=width)
    usage, _, text = result.stdout.partition("\n\n")
    assert usage.startswith("使い方: ")
    assert "オプション:\n" in text
    prose, _, options = text.partition("オプション:")
    prose = re.sub("  例:\n(?:    .*\n)+", "", prose)
    assert not ENGLISH.search(re.sub("`[^`]*`", "", prose))
    assert not ENGLISH.search(options)
    assert [line for line in (prose + options).splitlines() if display_width(line) > width] == []


def test_a_default_stands_on_a_line_of_its_own() -> None:
    text = CliRunner().invoke(main, ["ingest", "--help", "--lang", "ja"]).stdout
    assert "インデックスのフォルダー。\n" in text
    assert " [既定値: .kotae/index]\n" in text


def test_an_example_stays_as_it_is() -> None:
    text = CliRunner().invoke(main, ["ask", "--help", "--lang", "ja"]).stdout
    assert '  例:\n    kotae ask "日本の首都はどこですか？"\n    kotae ask "What is' in text
