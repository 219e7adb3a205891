"""A run keeps the whole files of its prompt: it goes on with the same, and refuses one that has changed."""

from __future__ import annotations

import json

import pytest

from eval.runs.run import load_run
from rag.errors import RunError
from tests.commands import kotae, refused
from tests.eval.scripted import ScriptedChat, lines, run_set

JA, EN = "質問：{question}\n短く。", "Question: {question}\nBe short."


def run(folder, verify, **wording: str) -> None:
    run_set(folder, verify, ScriptedChat(), prompt="mine.md", wording=wording, numbers=["1"])


def test_the_files_are_in_the_run_and_languages_may_be_added(verify, out) -> None:
    run(out, verify, ja=JA)
    assert json.loads((out / "run.json").read_text("utf-8"))["identity"]["wording"] == {"ja": JA}
    run(out, verify, ja=JA, en=EN)
    assert load_run(out).identity.wording == {"ja": JA, "en": EN}
    run(out, verify, en=EN)
    assert load_run(out).identity.wording == {"ja": JA, "en": EN}


def test_a_file_that_has_changed_is_refused_with_its_line(verify, out) -> None:
    run(out, verify, ja=JA, en=EN)
    before = (out / "run.json").read_bytes()
    changes = {
        JA.replace("短く", "長く"): "'短く。' then, '長く。' now",
        f"{JA}\n詳しく。": "None then, '詳しく。' now",
    }
    for changed, line in changes.items():
        with pytest.raises(RunError, match=r"mine\.md .*changed.*run\.json") as refusal:
            run(out, verify, ja=changed, en=EN)
        assert line in str(refusal.value)
    assert (out / "run.json").read_bytes() == before


def test_a_run_from_before_prompts_were_kept_goes_on(verify, out) -> None:
    run_set(out, verify, ScriptedChat(), numbers=["1"])
    assert "wording" not in (out / "run.json").read_text("utf-8")
    again = ScriptedChat()
    run_set(out, verify, again, numbers=["1"], wording={"ja": "?", "en": "?"})
    assert again.prompts == []


@pytest.mark.usefixtures("encoder")
def test_an_own_prompt_from_the_command_line(script, verify, tmp_path) -> None:
    out, mine = tmp_path / "run", tmp_path / "mine.ja.md"
    mine.write_text(JA, encoding="utf-8")
    arguments = ("eval", "run", verify, "--out", out, "--conditions", "no_rag", "--limit", "2", "--prompt", mine,
                 "--model", "scripted")  # fmt: skip
    refused(kotae(*arguments), "no text for questions in English", "mine.en.md")
    assert not out.exists()
    first = kotae(*arguments, "--language", "ja")
    assert first.exit_code == 0, first.output
    assert [prompt.splitlines()[-1] for prompt in script.prompts] == ["短く。"] * 2
    (tmp_path / "mine.en.md").write_text(EN, encoding="utf-8")
    assert kotae(*arguments).exit_code == 0
    assert len(script.prompts) == len(lines(out)) == 4
    shown = kotae("eval", "report", out, "--out", tmp_path / "report")
    assert shown.exit_code == 0
    assert "mine.md (" in (tmp_path / "report" / "report.html").read_text("utf-8")
    mine.write_text(JA + "\n", encoding="utf-8")
    refused(kotae(*arguments), "changed since this run began", "mine.md")


@pytest.mark.usefixtures("encoder")
def test_a_run_remembers_that_the_model_may_decline(script, verify, tmp_path) -> None:
    arguments = ("eval", "run", verify, "--out", tmp_path / "run", "--conditions", "no_rag", "--limit", "1", "--model",
                 "scripted", "--decline", "allowed")  # fmt: skip
    assert kotae(*arguments).exit_code == 0
    assert all("分かりません" in prompt or "do not know" in prompt for prompt in script.prompts)
    assert load_run(tmp_path / "run").identity.decline == "allowed"
    refused(kotae(*arguments[:-1], "unmentioned"), "a different setting of decline: 'allowed' then")
    refused(kotae(*arguments, "--prompt", "h2ogpt"), "h2ogpt has no text that lets a model decline")


@pytest.mark.usefixtures("encoder")
def test_answers_to_the_same_prompt_are_reused_where_it_also_ends_alike(script, verify, tmp_path) -> None:
    def asked(out: str, head: str, *reuse) -> int:
        prompt = tmp_path / out / "m.md"
        prompt.parent.mkdir()
        prompt.write_text(f"---\n{head}\n---\n{EN}", encoding="utf-8")
        before = len(script.prompts)
        done = kotae("eval", "run", verify, "--out", tmp_path / out / "run", "--model", "scripted", "--conditions",
                     "no_rag", "--limit", "1", "--prompt", prompt, *reuse)  # fmt: skip
        assert done.exit_code == 0, done.output
        return len(script.prompts) - before

    assert asked("first", "repair: false") == 2
    reuse = ("--reuse", tmp_path / "first" / "run")
    assert asked("same", "repair: no\npassages: lines", *reuse) == 0
    assert asked("other", 'stop: "."\nrepair: false', *reuse) == 2
