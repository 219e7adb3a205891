"""kill -9 at twenty random moments of an ingest: the next run makes the index that an undisturbed run makes."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from rag.index.location import locate_index
from rag.index.secondary import open_secondary_indexes
from rag.index.stores import Store
from tests.fakes import HashEncoder
from tests.faults.forks import Forks
from tests.ingest.kill_driver import run, start
from tests.ingest.snapshots import assert_same_index, snapshot
from tests.samples import write_corpus

MOMENTS = 20


def before() -> dict[str, str]:
    return {f"ja/文書{n}.txt": f"文書{n}の首都は東京{n}である。" * (6 + n % 7) for n in range(24)} | {
        f"en/doc{n}.md": f"# Doc {n}\n\n" + f"Document {n} tells of whale {n}. " * (6 + n % 5) for n in range(24)
    }


def after() -> dict[str, str]:
    """Some files gone, some shorter, some longer, some moved, some new, some as they were."""
    files = before()
    for n in range(0, 24, 3):
        del files[f"ja/文書{n}.txt"]
        files[f"en/doc{n}.md"] = f"# Doc {n}\n\n" + f"Now it tells of squid {n}. " * (1 + n)
        files[f"ja/新しい{n}.txt"] = f"新しい文書{n}である。" * 20
    for n in range(1, 24, 6):
        files[f"ja/moved{n}.txt"] = files.pop(f"ja/文書{n}.txt")
    return files


class Scene:
    """An old index, the corpus it must follow, and what an undisturbed run of that takes and makes."""

    def __init__(self, folder: Path, forking: Forks, store: Store) -> None:
        self._forking, self._store = forking, store
        self.corpus = write_corpus(folder / "after", after())
        self.old = folder / "old"
        self.corpus_before = write_corpus(folder / "before", before())
        run(self.corpus_before, self.old, store=store)
        self.undisturbed = Path(shutil.copytree(self.old, folder / "undisturbed"))
        began = time.monotonic()
        assert start(forking, self.corpus, self.undisturbed).wait().out == "end\n"
        self.seconds = time.monotonic() - began
        self.expected = snapshot(self.undisturbed)
        self.anew = folder / "anew"
        run(self.corpus, self.anew, store=store)

    def kill(self, index: Path, share: float) -> None:
        """Let an index follow the corpus, and kill that after this share of the time it takes."""
        following = start(self._forking, self.corpus, index, store=self._store)
        time.sleep(self.seconds * share)
        with contextlib.suppress(ProcessLookupError):  # it was done before
            following.signal(signal.SIGKILL)
        following.wait()


@pytest.fixture(scope="module")
def scene(forking: Forks, kept_in: Store, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("kill"), forking, kept_in)


def test_following_is_as_building_anew(scene: Scene) -> None:
    assert_same_index(scene.undisturbed, scene.anew)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_a_random_moment(scene: Scene, tmp_path: Path, moment: int) -> None:
    index = Path(shutil.copytree(scene.old, tmp_path / "index"))
    scene.kill(index, (moment + random.random()) / MOMENTS)
    report = run(scene.corpus, index)
    assert report.found == len(after())
    assert_same_index(index, scene.expected)
    assert_searchable(index)
    again = run(scene.corpus, index)
    assert (again.embedded, len(again.unchanged)) == (0, report.found)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_killed_and_then_the_corpus_is_as_it_was(scene: Scene, tmp_path: Path, share: float) -> None:
    index = Path(shutil.copytree(scene.old, tmp_path / "index"))
    scene.kill(index, share)
    run(scene.corpus_before, index)
    assert_same_index(index, scene.old)


def test_killed_while_building_anew_and_again_while_repairing(scene: Scene, tmp_path: Path) -> None:
    index = tmp_path / "index"
    for share in (0.5, 0.5, 0.6):
        scene.kill(index, share)
    run(scene.corpus, index)
    assert_same_index(index, scene.anew)
    assert_searchable(index)


def assert_searchable(index: Path) -> None:
    """Both legs find the new and none finds the old."""
    location = locate_index(index)
    store = location.store(location.load())
    try:
        lexical = open_secondary_indexes(location.secondary_folder(), location.load().corpus_digest, store).lexical
        squid = store.fetch(list(lexical.search("squid 9", "en", 50)))
        assert squid
        assert {chunk.source for chunk in squid.values()} == {f"en/doc{n}.md" for n in range(0, 24, 3)}
        chunk = next(iter(squid.values()))
        vector = np.asarray(HashEncoder().encode([f"{chunk.title}\n{chunk.text}"])[0])
        best = next(iter(store.nearest(vector[None], 5, "en")[0].values()))
        assert best == pytest.approx(1.0, abs=1e-4)
    finally:
        store.close()
