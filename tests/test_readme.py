"""README is held to the program: its commands parse, its links lead somewhere, its counts are those of the files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from kotae.commands import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {line.split("  #")[0].strip() for line in re.findall(r"^(?:    |\$ |    \$ )(kotae .+)$", README, re.M)}
)


def parse(command: str) -> None:
    """Resolve the command and parse its options, running nothing."""
    group, words = main, shlex.split(command, comments=True)[1:]
    context = click.Context(main, info_name="kotae")
    while isinstance(group, click.Group):
        name, found, words = group.resolve_command(context, words)
        assert found is not None, name
        group = found  # type: ignore[assignment]
        context = (
            group.make_context(name, list(words), parent=context) if not isinstance(group, click.Group) else context
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
