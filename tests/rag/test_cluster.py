"""What a pipeline by Ray leaves behind; ingest by a real cluster is tested in tests/ingest/pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rag.cluster import Cluster, _table
from rag.errors import SettingsError


class EndlessBlocks:
    """A dataset of Ray's: an item, then a worker's named error again and again, until it is ended."""

    ended = False

    def iter_batches(self, **options: Any) -> Iterator[Any]:
        try:
            yield _table("first")
            while True:
                yield _table(SettingsError("no room"))
        finally:
            self.ended = True


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> EndlessBlocks:
    """What Ray makes of any items, without a cluster."""
    pytest.importorskip("ray", reason="the extra ray is not installed")
    made = EndlessBlocks()
    monkeypatch.setattr("ray.data.from_arrow", lambda tables: made)
    return made


def test_a_pipeline_has_ended_when_the_error_of_a_worker_is_raised(blocks: EndlessBlocks) -> None:
    """While its traceback is kept, as by a caller that ends the cluster only then."""
    items = Cluster("cluster", 0, 1).run(["first"], [])
    assert next(items) == "first"
    with pytest.raises(SettingsError, match="no room") as kept:
        next(items)
    assert kept.tb is not None
    assert blocks.ended


def test_a_pipeline_ends_with_those_who_read_it(blocks: EndlessBlocks) -> None:
    items = Cluster("cluster", 0, 1).run(["first"], [])
    assert next(items) == "first"
    items.close()
    assert blocks.ended
