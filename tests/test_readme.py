"""README is held to the program: its commands parse, its links lead somewhere, its counts are those of the files."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.commands import parse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {line.split("  #")[0].strip() for line in re.findall(r"^(?:    |\$ |    \$ )(kotae .+)$", README, re.M)}
)


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 7


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_parses(command: str) -> None:
    parse(command)


def test_a_wrong_option_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse("kotae ask 質問 --no-such-option")


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_data_card_counts_the_corpus() -> None:
    card = (ROOT / "eval/data/README.md").read_text(encoding="utf-8")
    japanese = len(list((ROOT / "corpus/ja").iterdir()))
    english = len(list((ROOT / "corpus/en").iterdir()))
    assert f"{japanese + english} documents, {japanese} Japanese and {english} English" in card
