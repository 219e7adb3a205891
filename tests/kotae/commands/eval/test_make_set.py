"""`kotae eval make-set` drafts a set that `kotae eval run` takes, and prints what became of the drafts."""

from __future__ import annotations

from pathlib import Path

from tests.commands import kotae, refused
from tests.eval.drafting.test_draft import DRAFTS, REPLIES


def test_a_draft_is_made_and_run(small_corpus: Path, tmp_path: Path, script, hash_encoder) -> None:
    script.replies |= {**DRAFTS, **REPLIES}
    out = tmp_path / "draft.xlsx"
    made = kotae("eval", "make-set", small_corpus, "--out", out, "-n", "3", "--language", "en")
    assert made.exit_code == 0, made.output
    assert "en: 3 of 3 questions from " in made.stdout
    assert made.stdout.endswith(f"{out}\n")
    kotae("ingest", small_corpus, "--index", tmp_path / "index")
    run = kotae("eval", "run", out, "--out", tmp_path / "run", "--index", tmp_path / "index")
    assert run.exit_code == 0, run.output
    assert "3 of 3 rows are questions" in run.stderr
    refused(kotae("eval", "make-set", small_corpus, "--out", out), "exists already")


def test_raw_prompts_are_refused(small_corpus: Path, tmp_path: Path, script) -> None:
    line = kotae("eval", "make-set", small_corpus, "--out", tmp_path / "a.csv", "--prompt", "base")
    refused(line, "drafted in a chat", "--prompt")
