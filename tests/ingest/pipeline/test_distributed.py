"""Ingest by a real Ray cluster of two nodes: the index is that of a single process, also after a node was killed."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.documents import CorpusFile
from ingest.files import find
from ingest.formats import ReadOptions
from ingest.pipeline import distributed
from ingest.pipeline.batches import Batch, ChunkingOptions, batches
from ingest.pipeline.distributed import (
    WorkerSettings,
    _Group,
    _groups,
    _InOrder,
    _Numbered,
    _numbered,
    _reader,
    _steps,
)
from ingest.pipeline.writer import EncodedBatch
from ingest.plan import SyncPlan
from ingest.report import SyncReport
from ingest.sync import sync
from rag.cluster import Cluster, RaySettings, open_cluster
from rag.encoders.embeddings import EncoderIdentity
from rag.errors import ClusterFailed, IndexMismatch, SettingsError
from rag.index.chroma import ChromaServer, open_embedded
from rag.index.location import locate_index
from rag.index.manifest import Manifest
from rag.index.store import ChunkStore
from rag.settings import Chunking
from tests.fakes import HashEncoder
from tests.ingest.snapshots import assert_same_index
from tests.ingest.test_sync_kill import after, before
from tests.s3 import S3
from tests.samples import SMALL_CORPUS, write_corpus
from tests.sites import Site

CHUNKING = Chunking(max_tokens=120)


def plan_of(files: list[CorpusFile], present: frozenset[str] = frozenset()) -> SyncPlan:
    return SyncPlan(tuple(files), (), (), (), (), {}, present, sound=True)


def worker(server: ChromaServer | None = None) -> WorkerSettings:
    manifest = Manifest("hash", HashEncoder().identity, CHUNKING, complete=False)
    return WorkerSettings(server or ChromaServer("http://chroma"), HashEncoder, manifest, ReadOptions())


def test_another_encoder_on_a_machine_is_named() -> None:
    identity = EncoderIdentity("other", "2", "", "")
    settings = WorkerSettings(
        ChromaServer("http://chroma"), HashEncoder, Manifest("hash", identity, CHUNKING, complete=False), ReadOptions()
    )
    with pytest.raises(IndexMismatch, match=r"other \(2\), not with hash \(1\)"):
        settings.encoder()


def test_groups_have_all_files_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed, "_GROUP_FILES", 3)
    monkeypatch.setattr(distributed, "_GROUP_BYTES", 100)
    sizes = [10, 10, 10, 10, 500, 90, 20, 80, 1, 1, 1, 1]
    for number, size in enumerate(sizes):
        (tmp_path / f"{number}.txt").write_bytes(b"a" * size)
    files = [CorpusFile(f"{number}.txt", f"{number}.txt", str(tmp_path)) for number in range(len(sizes))]
    groups = list(_groups(plan_of(files, frozenset({"3.txt", "4.txt", "gone.txt"}))))
    assert [file for group in groups for file in group.files] == files
    assert [group.number for group in groups] == list(range(len(groups)))
    assert [len(group.files) for group in groups] == [3, 1, 1, 1, 2, 3, 1]
    assert [sorted(group.present) for group in groups] == [[], ["3.txt"], ["4.txt"], [], [], [], []]


def test_workers_get_absolute_paths(small_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_corpus)
    (group,) = _groups(plan_of([CorpusFile("ottawa.txt", "ottawa.txt", "en")]))
    assert [file.path for file in group.files] == [small_corpus / "en/ottawa.txt"]


def test_a_batch_waits_for_those_before_it_of_its_group() -> None:
    order = _InOrder("cluster")

    def add(group: int, number: int) -> list[tuple[int, int]]:
        item = _Numbered(group, number, EncodedBatch(Batch(())))
        return [(ready.group, ready.number) for ready in order.add(item)]

    assert add(0, 1) == []
    assert add(1, 0) == [(1, 0)]
    assert add(0, 2) == []
    assert add(0, 0) == [(0, 0), (0, 1), (0, 2)]
    assert add(1, 1) == [(1, 1)]


def read_by_a_task(corpus: Path, names: Iterable[str]) -> list[_Numbered]:
    """Return what a task makes of files that are new, a few chunks a batch."""
    how = ChunkingOptions(CHUNKING, HashEncoder().count_tokens, HashEncoder().window, tokens=300)
    files = [CorpusFile(name, name, str(corpus)) for name in names]
    with closing(ChunkStore(open_embedded(corpus.parent / "index"))) as store:
        return list(_numbered(0, batches(files, how, store, ())))


@pytest.mark.parametrize("changed", ["long.txt", "first.txt"])
def test_a_task_done_again_on_other_documents_is_noticed(tmp_path: Path, changed: str) -> None:
    """Its first batch is that of before, and the others do not go on from there: the file, or where it is cut."""
    texts = {"first.txt": "Whales swim. " * 9, "long.txt": "Squids swim too. " * 400}
    corpus = write_corpus(tmp_path / "corpus", texts)
    before, again = read_by_a_task(corpus, texts), read_by_a_task(corpus, texts)
    write_corpus(corpus, {changed: "Octopuses swim. " + texts[changed] * 2})
    other = read_by_a_task(corpus, texts)
    order = _InOrder("cluster")
    ready = [item.number for made in (*before[:2], *again[2:]) for item in order.add(made)]
    assert ready == list(range(len(before)))
    assert len(ready) > 3
    order = _InOrder("cluster")
    assert list(order.add(before[0])) == before[:1]
    with pytest.raises(ClusterFailed, match="Documents changed"):
        list(order.add(other[1]))


def test_a_machine_without_the_documents_is_named(remote: Site, small_corpus: Path) -> None:
    """The files would else be failures, and their chunks deleted."""
    assert remote.server is not None
    read = _reader(worker(remote.server))
    en, absent = str(small_corpus / "en"), str(small_corpus / "absent")
    here, deleted = CorpusFile("ottawa.txt", "ottawa.txt", en), CorpusFile("deleted.txt", "deleted.txt", en)
    (item,) = read(_Group(0, (deleted, here), frozenset()))
    assert [bool(piece.failed) for piece in item.encoded.batch.pieces] == [True, False]
    with pytest.raises(ClusterFailed, match=re.escape(platform.node())) as refused:
        next(read(_Group(0, (replace(deleted, root=absent), replace(here, root=absent)), frozenset({"ottawa.txt"}))))
    assert refused.value.where == absent


def test_a_task_reads_from_an_object_store_what_it_reads_from_a_folder(
    remote: Site, s3: S3, small_corpus: Path
) -> None:
    read = _reader(worker(remote.server))
    made = [
        list(read(_Group(0, find(corpus).files, frozenset())))
        for corpus in (s3.fill("tasks", small_corpus), small_corpus)
    ]
    stored, expected = ([entry for item in items for entry in item.encoded.batch.new] for items in made)
    assert [entry.chunk for entry in stored] == [entry.chunk for entry in expected]
    marks = [entry.marker for entry in stored if entry.marker is not None]
    assert all(mark.version for mark in marks)
    assert [mark[:3] for mark in marks] == [entry.marker[:3] for entry in expected if entry.marker is not None]


@pytest.mark.parametrize("processors", [1, 2, 5])
@pytest.mark.parametrize("cores", [1, 4])
@pytest.mark.parametrize("gpus", [0, 1])
def test_a_reader_and_an_encoder_fit_on_one_machine(processors: int, cores: int, gpus: int) -> None:
    """They wait for one another; and Ray refuses parts of a processor above one."""
    read, encode, write = _steps(Cluster("cluster", gpus, processors), RaySettings(cores=cores), worker())
    assert read.processors + encode.processors + write.processors <= processors
    assert encode.processors <= cores
    assert all(share < 1 or share == int(share) for share in (read.processors, encode.processors))


def test_a_folder_cannot_be_written_by_several_machines(small_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--chroma-url"):
        sync(small_corpus, tmp_path / "index", ray=RaySettings())


@pytest.fixture(scope="module")
def cluster(process, s3: S3) -> Iterator[Any]:
    """A cluster of two nodes, each with room for an encoder, to which this process is connected.

    Its workers have the credentials for the S3 server.
    """
    pytest.importorskip("ray", reason="the extra ray is not installed")
    from tests.clusters import cluster_of

    with cluster_of(2, 1) as running, open_cluster(running.address):
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in encoder, also in the workers, and several groups of few files."""
    monkeypatch.setattr("ingest.sync.open_encoder", lambda _: HashEncoder())
    monkeypatch.setattr(distributed, "_GROUP_FILES", 16)


@pytest.fixture
def by_ray(cluster: Any, remote: Site, quick: None) -> Callable[..., SyncReport]:
    """Sync by the cluster, a few chunks a batch."""

    def run(corpus: Path, **options: Any) -> SyncReport:
        settings = RaySettings(cluster.address, cores=1, tokens=800)
        return sync(corpus, remote.folder, server=remote.server, ray=settings, **{"chunking": CHUNKING, **options})

    return run


def report_of(report: SyncReport) -> dict[str, Any]:
    return {name: value for name, value in report.as_dict().items() if name != "seconds"}


def test_documents_in_an_object_store(
    by_ray: Callable[..., SyncReport], remote: Site, s3: S3, small_corpus: Path, tmp_path: Path
) -> None:
    url = s3.fill("by-ray", small_corpus)
    assert by_ray(url).added == tuple(sorted(SMALL_CORPUS))
    sync(url, tmp_path / "alone", chunking=CHUNKING)
    assert_same_index(remote.folder, tmp_path / "alone", remote.server)
    s3.downloads()
    assert by_ray(url).unchanged == tuple(sorted(SMALL_CORPUS))
    assert s3.downloads() == []
    moved = by_ray(small_corpus)  # what is known of an index of a folder is known here
    assert (moved.unchanged, moved.embedded) == (tuple(sorted(SMALL_CORPUS)), 0)


def test_the_same_index_and_the_same_report(by_ray: Callable[..., SyncReport], remote: Site, tmp_path: Path) -> None:
    """Built, then made to follow a corpus with files that are gone, shorter, longer, moved, new and unreadable."""
    shown: list[tuple[int, int]] = []
    for number, files in enumerate((before(), after())):
        corpus = write_corpus(tmp_path / f"corpus-{number}", files)
        (corpus / "en/broken.pdf").write_bytes(b"%PDF-1.4 broken")
        (corpus / "en/rows.csv").write_text("a,b\nWhales swim.,1\n,\n" + "Squids swim too.,2\n" * 40, encoding="utf-8")
        expected = sync(corpus, tmp_path / "alone", chunking=CHUNKING)
        report = by_ray(corpus, progress=lambda done, total: shown.append((done, total)))
        assert report_of(report) == report_of(expected)
        assert report.embedded > 20
        assert report.failed
        assert_same_index(remote.folder, tmp_path / "alone", remote.server)
        assert shown[0][0] == 0
        assert shown[-1][0] == shown[-1][1] > 0
        assert [done for done, _ in shown] == sorted(done for done, _ in shown)
        shown.clear()
    assert by_ray(corpus).embedded == 0
    assert_same_index(remote.folder, tmp_path / "alone", remote.server)


def test_killed_node_interrupted_command_and_the_same_command_again(
    cluster: Any, by_ray: Callable[..., SyncReport], remote: Site, tmp_path: Path
) -> None:
    corpus = write_corpus(tmp_path / "corpus", before())
    node = cluster.add_node(num_cpus=2, object_store_memory=80 << 20, include_dashboard=False)

    def kill(done: int, total: int) -> None:
        if done and node in cluster.list_all_nodes():  # what is left may be done in one step, at its end
            cluster.remove_node(node, allow_graceful=False)

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        by_ray(corpus, progress=interrupt)
    assert not locate_index(remote.folder, remote.server).load().complete
    with suppress(ClusterFailed):  # what the node had in hand is made again, or the command says that it failed
        by_ray(corpus, progress=kill)
    assert node not in cluster.list_all_nodes()
    report = by_ray(corpus)
    assert report.found == len(before())
    sync(corpus, tmp_path / "alone", chunking=CHUNKING)
    assert_same_index(remote.folder, tmp_path / "alone", remote.server)


def test_an_error_of_a_worker_is_that_of_one_process(by_ray: Callable[..., SyncReport], small_corpus: Path) -> None:
    with pytest.raises(SettingsError, match="no room for the title"):
        by_ray(small_corpus, chunking=Chunking(max_tokens=9))


def test_the_bundled_encoder(cluster: Any, remote: Site, small_index: Path, tmp_path: Path, encoder: object) -> None:
    corpus = write_corpus(tmp_path / "corpus", SMALL_CORPUS)
    report = sync(corpus, remote.folder, server=remote.server, ray=RaySettings(cluster.address, cores=1))
    assert len(report.added) == len(SMALL_CORPUS)
    assert_same_index(remote.folder, small_index, remote.server)
