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


def test_what_click_itself_says_is_in_japanese() -> None:
    text = CliRunner().invoke(main, ["eval", "plan", "--help", "--lang", "ja"]).stdout
    assert "使い方: main eval plan [オプション] VERIFY\n" in text
    assert " [既定値: 10.0; 0 超 100 以下]\n" in text
    assert " [既定値: 1; 1 以上 100 以下]\n" in text
    text = CliRunner().invoke(main, ["eval", "calibrate", "--help", "--lang", "ja"]).stdout
    assert " [必須]\n" in text
    assert " [既定値: 0.95; 0 超 1 未満]\n" in text
    assert (
        CliRunner()
        .invoke(main, ["--help", "--lang", "ja"])
        .stdout.startswith("使い方: main [オプション] コマンド [引数]...\n")
    )
