"""A setting that the model or its server cannot take ends a run before its first answer, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ModelFailed, ModelServerUnreachable, RunError, SettingsError
from tests.commands import kotae, refused
from tests.eval.scripted import REPLIES, ROWS, ScriptedChat, lines, run_set, write_set
from tests.model_servers import MODEL, ScriptedServer, scripted_server, status


class Refusing(ScriptedChat):
    """Refuses every question but those in `answers`."""

    answers: tuple[str, ...] = ()
    error: Exception = ModelFailed("temperature must be at most 1", do="Lower it.")

    def _generate(self, messages, *args, **kwargs):
        reply = super()._generate(messages, *args, **kwargs)
        if not any(text in str(messages[-1].text) for text in self.answers):
            raise self.error
        return reply


@pytest.mark.parametrize("error", [ModelFailed("temperature must be at most 1", do="Lower it."), RuntimeError("gone")])
@pytest.mark.parametrize("size", [1, 4])
def test_a_model_that_refuses_everything_ends_the_run_before_its_first_answer(verify, out, error, size) -> None:
    model = Refusing(error=error)
    with pytest.raises(SettingsError, match=rf"cannot answer with these settings: {error}") as refusal:
        run_set(out, verify, model, batch_size=size)
    assert refusal.value.do
    assert not (out / "answers.jsonl").exists()
    assert len(model.prompts) == size + 1
    run_set(out, verify, ScriptedChat())  # and the run goes on
    assert len(lines(out)) == 20


def test_questions_that_are_refused_for_what_they_say_are_failures(verify, out) -> None:
    model = Refusing(answers=("1 + 1", ROWS[1][1]))
    run_set(out, verify, model, batch_size=1)
    assert sum(line["failure"] is None for line in lines(out)) == 2
    assert sum("1 + 1" in prompt for prompt in model.prompts) == 1


def test_a_wrong_setting_ends_a_run_wherever_it_shows(verify, out) -> None:
    model = Refusing(answers=tuple(REPLIES)[:3], error=SettingsError("no repetition penalty"))
    with pytest.raises(SettingsError, match=r"^no repetition penalty"):
        run_set(out, verify, model, batch_size=1)
    assert all(line["failure"] is None for line in lines(out))


def test_a_server_that_is_gone_is_no_wrong_setting(verify, out) -> None:
    model = Refusing(error=ModelServerUnreachable("gone"))
    with pytest.raises(RunError, match="3 questions in a row"):
        run_set(out, verify, model, batch_size=1)
    assert not any("1 + 1" in prompt for prompt in model.prompts)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    monkeypatch.setattr("rag.models.server.mixin.RETRIES", 0)
    with scripted_server(key=None) as running:
        yield running


def evaluate(server: ScriptedServer, tmp_path: Path, *options: str):
    verify = write_set(tmp_path / "set.csv")
    return kotae("eval", "run", verify, "--out", tmp_path / "run", "--conditions", "no_rag", "--model",
                 f"openai:{MODEL}", "--base-url", server.url, *options)  # fmt: skip


def test_a_preset_that_the_server_does_not_know(server, tmp_path) -> None:
    refused(evaluate(server, tmp_path, "--preset", "h2ogpt"), "repetition penalty (1.15)", "Omit --preset")
    assert not server.bodies("/v1/chat")
    refused(evaluate(server, tmp_path, "--preset", "h2ogpt", "--prompt", "h2ogpt"), "repetition penalty (1.15)")


@pytest.mark.parametrize(
    ("message", "options", "cure"),
    [
        ("Unsupported value: 'temperature' does not support 0 with this model", (), "--temperature 1"),
        ("temperature: range is 0..1", ("--temperature", "1.5"), "--temperature"),
        ("max_tokens is too large: 9000", ("--max-tokens", "900"), "--max-tokens"),
    ],
)
def test_a_parameter_that_the_server_refuses(server, tmp_path, message, options, cure) -> None:
    server.always = status(400, {"error": {"message": message}})
    refused(evaluate(server, tmp_path, *options), message, cure)
    assert not (tmp_path / "run" / "answers.jsonl").exists()


def test_a_context_larger_than_the_servers(server, tmp_path) -> None:
    server.models[0]["max_model_len"] = 2048
    refused(evaluate(server, tmp_path, "--context", "3000"), "--context 3000 is more than the 2048 tokens")
    assert not (tmp_path / "run").exists()
