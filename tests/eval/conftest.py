"""What the tests of eval/ share."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.records import Report
from ingest.sync import sync
from tests.eval.page_runs import WITH, WITHOUT, add_cosines
from tests.eval.scripted import REPLIES, Script, ScriptedChat, run_set, write_corpus


@pytest.fixture
def script(monkeypatch) -> Script:
    return Script().install(monkeypatch)


@pytest.fixture(scope="session")
def index(tmp_path_factory, encoder) -> Path:
    """The index of three documents, made with the bundled encoder."""
    folder = tmp_path_factory.mktemp("index")
    sync(write_corpus(folder / "corpus"), folder / "index")
    return folder / "index"


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def run(tmp_path, verify) -> Path:
    """A run of both conditions with a failure, an empty answer and invented scores."""
    folder = tmp_path / "model-a"
    run_set(folder, verify, ScriptedChat(replies=WITHOUT, with_passages=WITH))
    add_cosines(folder)
    return folder


@pytest.fixture
def two(run, verify, tmp_path) -> Report:
    """The report of that run beside one of another model, without retrieval."""
    other = tmp_path / "model-b"
    run_set(other, verify, ScriptedChat(replies=REPLIES), model_identity="b@2", conditions=[Condition.NO_RAG])
    return build_report([run, other])
