"""What the tests of eval/ share."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sync import sync
from tests.eval.scripted import Script, write_corpus, write_set


@pytest.fixture
def script(monkeypatch) -> Script:
    return Script().install(monkeypatch)


@pytest.fixture(scope="session")
def index(tmp_path_factory) -> Path:
    """The index of three documents, made with the bundled encoder."""
    folder = tmp_path_factory.mktemp("index")
    sync(write_corpus(folder / "corpus"), folder / "index")
    return folder / "index"


@pytest.fixture
def verify(tmp_path) -> Path:
    return write_set(tmp_path / "set.csv")


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "run"
