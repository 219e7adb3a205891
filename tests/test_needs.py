"""Tests are marked by what they ask for, and a fast one cannot use what takes long."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from rag.models import bundled
from tests import needs


def test_a_test_that_asks_for_nothing_is_fast(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("fast")
    assert request.node.get_closest_marker("xdist_group").args == (request.node.location[0],)


def test_groups_reach_the_processes_that_run_them(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("runs in one process, without `--dist loadgroup`")
    assert request.node.nodeid.endswith(f"@{needs.group_of(request.node)}")


def test_a_test_that_starts_python_says_so(request: pytest.FixtureRequest, process) -> None:
    assert request.node.get_closest_marker("process")
    assert not request.node.get_closest_marker("fast")
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0


@pytest.mark.parametrize(
    ("fixture", "marker", "group"),
    [("chat_model", "model", "model"), ("gptqmodel", "gptq", "model"), ("chroma_url", "server", "server")],
)
def test_tests_that_share_a_model_or_a_server_share_a_process(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, fixture: str, marker: str, group: str
) -> None:
    item = request.node
    monkeypatch.setattr(item, "own_markers", [])
    monkeypatch.setattr(item, "keywords", {})
    monkeypatch.setattr(item, "fixturenames", [fixture, "tmp_path"])
    needs.mark(item)
    assert {each.name for each in item.own_markers} == {marker, "xdist_group"}
    assert item.get_closest_marker("xdist_group").args == (group,)


def test_the_longest_groups_begin_first_and_stay_whole(request: pytest.FixtureRequest) -> None:
    tests = [item for item in request.session.items[::10] if item.get_closest_marker("xdist_group")]
    ordered = needs.longest_first(tests[::-1])
    assert sorted(map(id, ordered)) == sorted(map(id, tests))
    groups = [group for group, _ in itertools.groupby(ordered, key=needs.group_of)]
    assert len(groups) == len(set(groups))
    seconds = [sum(needs.seconds(item) for item in ordered if needs.group_of(item) == group) for group in groups]
    assert seconds == pytest.approx(sorted(seconds, reverse=True))
    last = [item.get_closest_marker("gptq") is not None for item in ordered if needs.group_of(item) == "model"]
    assert last == sorted(last), "those of GPTQ"


def test_a_fast_test_can_use_nothing_that_takes_long(tmp_path: Path) -> None:
    from rag.encoders import embeddings

    unloaded = embeddings.open_encoder.__wrapped__("bundled")  # another test's may be loaded already
    with pytest.raises(pytest.fail.Exception, match="'encoder'"):
        unloaded.embed_query("東京")
    with pytest.raises(pytest.fail.Exception, match="'chat_model'"):
        bundled.assemble()
    with pytest.raises(pytest.fail.Exception, match="'process'"):
        subprocess.run([sys.executable, "-c", ""], check=False)
    assert subprocess.run(["git", "--version"], check=False, capture_output=True).returncode == 0
