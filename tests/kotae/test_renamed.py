"""Former names of options work as before, with one line on stderr; help shows the new names alone."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from kotae.options import model_options, option, options
from kotae.settings import model_settings
from rag.generation.prompt_file import load_prompt
from rag.records import PRESETS
from tests.commands import kotae, refused

FORMER = {
    "--repeat": ("--repeats", ("eval", "run")),
    "--floor": ("--min-tnr", ("eval", "calibrate")),
    "--labelled": ("--validate-on", ("eval", "judge")),
}


def notice(former: str, new: str) -> str:
    return f"kotae: {former} is now {new}; the old name still works.\n"


@click.command()
@options(
    option("--repeats", former="--repeat", type=click.IntRange(1), default=1),
    option("--validate-on", former="--labelled", required=True, type=click.Path(path_type=Path)),
)
def command(**values: object) -> None:
    click.echo(json.dumps(values, default=str))


def call(*arguments: str, **env: str) -> tuple[object, str]:
    from click.testing import CliRunner

    result = CliRunner().invoke(command, arguments, env=env)
    return (json.loads(result.stdout) if result.exit_code == 0 else result.exit_code), result.stderr


def test_the_new_names_are_taken_in_silence() -> None:
    assert call("--repeats", "3", "--validate-on", "a.csv") == ({"repeats": 3, "validate_on": "a.csv"}, "")
    assert call(KOTAE_REPEATS="3", KOTAE_VALIDATE_ON="a.csv") == ({"repeats": 3, "validate_on": "a.csv"}, "")


def test_the_former_names_are_taken_with_a_notice() -> None:
    values = {"repeats": 3, "validate_on": "a.csv"}
    notices = notice("--repeat", "--repeats") + notice("--labelled", "--validate-on")
    assert call("--repeat", "3", "--labelled", "a.csv") == (values, notices)
    assert call("--repeat=3", "--labelled=a.csv") == (values, notices)


def test_the_former_variables_are_taken_with_a_notice() -> None:
    values, words = call(KOTAE_REPEAT="3", KOTAE_LABELLED="a.csv")
    assert values == {"repeats": 3, "validate_on": "a.csv"}
    assert sorted(words.splitlines(keepends=True)) == [
        notice("KOTAE_LABELLED", "KOTAE_VALIDATE_ON"),
        notice("KOTAE_REPEAT", "KOTAE_REPEATS"),
    ]


def test_a_new_name_goes_before_a_former_one_and_an_option_before_a_variable() -> None:
    assert call("--repeats", "3", "--repeat", "2", "--validate-on", "a")[0] == {"repeats": 3, "validate_on": "a"}
    assert call("--repeat", "2", "--validate-on", "a", KOTAE_REPEATS="3")[0] == {"repeats": 2, "validate_on": "a"}
    assert call("--validate-on", "a", KOTAE_REPEATS="3", KOTAE_REPEAT="2") == ({"repeats": 3, "validate_on": "a"}, "")


def test_a_value_of_a_former_name_is_checked_as_ever() -> None:
    code, words = call("--repeat", "0", "--labelled", "a.csv")
    assert code == 2
    assert "'--repeats'" in words
    assert call("--repeats", "2")[0] == 2


@pytest.mark.parametrize("former", FORMER)
def test_help_shows_the_new_name_alone(former) -> None:
    new, path = FORMER[former]
    page = kotae(*path, "--help").stdout
    assert f"{new} " in page
    assert f"{former} " not in page


def test_a_judge_takes_the_former_name(tmp_path) -> None:
    arguments = ("eval", "judge", tmp_path / "none", "--judge", "bundled")
    new, former = (kotae(*arguments, name, tmp_path / "l.csv") for name in ("--validate-on", "--labelled"))
    refused(new, "none")
    assert former.exit_code == 1
    assert former.stderr == notice("--labelled", "--validate-on") + new.stderr


@pytest.mark.parametrize("name", ["prompt", "preset"])
@pytest.mark.parametrize("word", ["h2ogpt", "seed"])
@pytest.mark.parametrize("by", ["option", "variable"])
def test_seed_as_a_style_is_now_h2ogpt(capsys, monkeypatch, name, word, by) -> None:
    settings = []

    @click.command()
    @model_options
    def read(**values: object) -> None:
        settings.append(model_settings(values))

    if by == "variable":
        monkeypatch.setenv(f"KOTAE_{name.upper()}", word)
    read([f"--{name}", word] if by == "option" else [], standalone_mode=False)
    (found,) = settings
    assert found.decoding == PRESETS["h2ogpt"] if name == "preset" else found.prompt is load_prompt("h2ogpt")
    assert capsys.readouterr().err == (notice(f"--{name} seed", f"--{name} h2ogpt") if word == "seed" else "")


def test_an_unknown_style_is_refused_with_the_new_words() -> None:
    result = kotae("ask", "Q", "--prompt", "sed")
    assert result.exit_code == 2
    assert "'default', 'base', 'h2ogpt', 'llama2'" in result.stderr


@pytest.mark.usefixtures("encoder")
def test_a_run_made_with_the_former_words_goes_on_with_the_new_ones(script, verify, tmp_path) -> None:
    """What a run stores of its prompt and its repeats is what it was."""
    out = tmp_path / "run"
    arguments = ("eval", "run", verify, "--out", out, "--conditions", "no_rag", "--language", "ja", "--limit", "2")
    first = kotae(*arguments, "--prompt", "seed", "--preset", "seed", "--repeat", "2")
    assert first.exit_code == 0, first.output
    identity = json.loads((out / "run.json").read_text("utf-8"))["identity"]
    assert (identity["prompt"], identity["decoding"]["max_new_tokens"]) == ("seed", 512)
    asked = len(script.prompts)
    again = kotae(*arguments, "--prompt", "h2ogpt", "--preset", "h2ogpt", "--repeats", "2")
    assert again.exit_code == 0, again.output
    assert again.stdout == first.stdout
    assert len(script.prompts) == asked
