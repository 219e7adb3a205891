"""`kotae prompt`: the list, the files, and what the model gets."""

from __future__ import annotations

import json

import pytest

from rag.settings import PROMPTS
from tests.commands import kotae, refused


def test_the_list_names_every_prompt() -> None:
    assert [line.split()[0] for line in kotae("prompt", "list").stdout.splitlines()] == list(PROMPTS)


@pytest.mark.parametrize("name", PROMPTS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_shown_of_a_prompt_is_that_prompt_when_saved(tmp_path, name, language) -> None:
    own = tmp_path / f"own.{language}.md"
    own.write_text(kotae("prompt", "show", name, "--language", language).stdout, encoding="utf-8")
    question = {"ja": "日本の首都は？", "en": "Which city?"}[language]
    shown, again = (kotae("prompt", "show", given, "--question", question, "--json") for given in (name, own))
    assert shown.exit_code == again.exit_code == 0, again.output
    assert json.loads(shown.stdout) == json.loads(again.stdout)
    assert question in json.loads(shown.stdout)["messages"][-1]["text"]


def test_what_the_model_gets_is_shown_as_text(tmp_path) -> None:
    (tmp_path / "m.md").write_text("# system\nBe brief.\n# user\n資料：\n{passages}\n\n{question}", encoding="utf-8")
    shown = kotae("prompt", "show", tmp_path / "m.md", "--question", "A \x1b[2J{passages}")
    assert shown.stdout == "# system\nBe brief.\n\n# user\nA \\u001b[2J{passages}\n"
    assert "{passages}" in kotae("prompt", "show", tmp_path / "m.md").stdout


@pytest.mark.usefixtures("encoder")
def test_passages_are_shown_where_an_index_is_named(tmp_path, small_index) -> None:
    question = ("--question", "「テニスの王子様」の作者はだれですか？")
    with_passages = kotae("prompt", "show", "default", *question, "--index", small_index, "--top-k", "1").stdout
    assert "<passage 1 " in with_passages
    assert "<passage 2 " not in with_passages
    (tmp_path / "m.md").write_text("{question}")
    refused(kotae("prompt", "show", tmp_path / "m.md", *question, "--index", small_index), "no {passages}", "m.md")


def test_what_cannot_be_shown_is_named(tmp_path) -> None:
    refused(kotae("prompt", "show", "sed"), "no prompt 'sed'", "default, base, h2ogpt, llama2")
    refused(kotae("prompt", "show", tmp_path / "none.md"), "no such prompt file")
    (tmp_path / "m.md").write_text("{frage}")
    refused(kotae("prompt", "show", tmp_path / "m.md"), "line 1: {frage} is not known")
