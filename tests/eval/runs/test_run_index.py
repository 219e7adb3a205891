"""A run is of one whole state of an index without the verification set; another one stops it or is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.runs.evaluate import Experiment, QuestionSelection
from ingest.sync import sync
from rag.errors import IndexChanged, SettingsError
from rag.factory import IndexSettings
from tests.eval.scripted import OnePassage, ScriptedChat, run_set


def test_an_index_that_changes_stops_the_run_before_anything_is_asked(verify, out, monkeypatch) -> None:
    retrieve, calls = OnePassage._get_relevant_documents, []

    def changing(self, query, **rest):
        calls.append(query)
        if len(calls) == 3:
            raise IndexChanged("The index has changed since it was opened")
        return retrieve(self, query, **rest)

    monkeypatch.setattr(OnePassage, "_get_relevant_documents", changing)
    model = ScriptedChat()
    with pytest.raises(IndexChanged):
        run_set(out, verify, model, conditions=[Condition.NO_RAG, Condition.RAG])
    assert model.prompts == []


@pytest.mark.parametrize(
    ("conditions", "whole", "opens"), [("rag", False, False), ("no_rag", False, True), ("rag", True, True)]
)
def test_an_index_whose_ingest_was_interrupted_is_refused(
    index: Path, verify: Path, tmp_path: Path, conditions: str, whole: bool, opens: bool
) -> None:
    manifest = Path(shutil.copytree(index, tmp_path / "index")) / "manifest.json"
    said = json.loads(manifest.read_text(encoding="utf-8")) | {"complete": whole}
    manifest.write_text(json.dumps(said), encoding="utf-8")
    selection = QuestionSelection(("ja",), (Condition(conditions),))
    settings = IndexSettings(manifest.parent, None, 3)
    if opens:
        Experiment.open(verify, selection, settings)
    else:
        with pytest.raises(IndexChanged, match="interrupted"):
            Experiment.open(verify, selection, settings)


@pytest.mark.usefixtures("encoder")
def test_an_index_that_holds_the_verification_set_is_refused(verify: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "文書"
    corpus.mkdir()
    (corpus / "富士山.md").write_text("# 富士山\n\n富士山は標高3776メートルである。\n", encoding="utf-8")
    copy = Path(shutil.copy(verify, corpus / f"検証{verify.suffix}"))
    index = tmp_path / "index"
    sync(corpus, index)
    selection = QuestionSelection(("ja",), (Condition.NO_RAG, Condition.RAG))
    settings = IndexSettings(index, None, 3)
    with pytest.raises(SettingsError, match=f'--exclude "{copy.name}"'):
        Experiment.open(verify, selection, settings)
    copy.unlink()
    sync(corpus, index)
    assert Experiment.open(verify, selection, settings).retriever is not None
