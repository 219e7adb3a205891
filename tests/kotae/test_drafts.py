"""`kotae.make_set` drafts a set from a folder; an interrupted drafting goes on, and nothing reviewed is overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import kotae
from rag.errors import CorpusError, EmptyCorpus, IndexMismatch, ModelServerUnreachable, SettingsError
from tests.eval.drafting.test_draft import DRAFTS, REPLIES
from tests.eval.scripted import ScriptedChat


def scripted() -> ScriptedChat:
    return ScriptedChat(replies={**DRAFTS, **REPLIES})


def test_a_set_is_drafted_and_evaluated(small_corpus: Path, tmp_path: Path, hash_encoder) -> None:
    out, model = tmp_path / "draft.xlsx", scripted()
    frame = kotae.make_set(small_corpus, out, 4, model=model)
    assert len(frame) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "draft.xlsx"]
    kotae.ingest(small_corpus, tmp_path / "index")
    run = kotae.evaluate(
        out, tmp_path / "run", model=scripted(), index=tmp_path / "index", conditions=["rag", "oracle"]
    )
    assert run.answers["verdict"].notna().all()


def test_the_index_of_the_folder_is_used_and_another_is_refused(
    small_corpus: Path, tmp_path: Path, hash_encoder
) -> None:
    kotae.ingest(small_corpus, tmp_path / "index")
    frame = kotae.make_set(
        small_corpus, tmp_path / "a.csv", 2, model=scripted(), index=tmp_path / "index", languages=["en"]
    )
    assert set(frame["language"]) == {"en"}
    other = shutil.copytree(small_corpus, tmp_path / "other")
    with pytest.raises(IndexMismatch, match=r"not of .*other"):
        kotae.make_set(other, tmp_path / "b.csv", 2, model=scripted(), index=tmp_path / "index")


class _Server(ScriptedChat):
    """A model on a server that goes away after some replies."""

    left: int = 1000

    def _generate(self, *arguments, **options):  # type: ignore[no-untyped-def]
        if not self.left:
            raise ModelServerUnreachable("nobody answers")
        self.left -= 1
        return super()._generate(*arguments, **options)


def test_an_interrupted_drafting_goes_on(small_corpus: Path, tmp_path: Path, hash_encoder) -> None:
    whole, gone, rest = (_Server(replies=scripted().replies, left=left) for left in (1000, 5, 1000))
    expected = kotae.make_set(small_corpus, tmp_path / "whole.jsonl", 4, model=whole)
    with pytest.raises(ModelServerUnreachable):
        kotae.make_set(small_corpus, tmp_path / "draft.jsonl", 4, model=gone)
    assert not (tmp_path / "draft.jsonl").exists()
    assert kotae.make_set(small_corpus, tmp_path / "draft.jsonl", 4, model=rest).equals(expected)
    assert len(rest.prompts) == len(whole.prompts) - 5
    lines = (tmp_path / "draft.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["question"] for line in lines] == list(expected["question"])


def test_what_cannot_be_drafted_is_refused(small_corpus: Path, tmp_path: Path, hash_encoder) -> None:
    done = tmp_path / "draft.xlsx"
    done.write_text("reviewed")
    with pytest.raises(SettingsError, match="may have been reviewed"):
        kotae.make_set(small_corpus, done, model=scripted())
    with pytest.raises(SettingsError, match="among the documents"):
        kotae.make_set(small_corpus, small_corpus / "draft.xlsx", model=scripted())
    with pytest.raises(SettingsError, match=r"must be .xlsx"):
        kotae.make_set(small_corpus, tmp_path / "draft.txt", model=scripted())
    with pytest.raises(CorpusError, match=r"None of .* drafts can be kept"):
        kotae.make_set(small_corpus, tmp_path / "bad.csv", model=ScriptedChat(replies={}))
    english = tmp_path / "english"
    shutil.copytree(small_corpus / "en", english / "en")
    with pytest.raises(EmptyCorpus, match="language"):
        kotae.make_set(english, tmp_path / "ja.csv", model=scripted(), languages=["ja"])
