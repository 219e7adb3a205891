"""Fixtures that every test may use. Models are put together once, in the user cache or where KOTAE_CACHE says."""

from __future__ import annotations

import gc
import os
import ssl
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.formats.pdf import ocr
from rag.settings import cache_dir, configure_libraries
from rag.worker import pool
from tests import leftovers, needs
from tests.samples import SMALL_CORPUS, write_corpus

if TYPE_CHECKING:
    from rag.index.stores import Store
    from tests.eval.scripted import Script
    from tests.faults.forks import Forks

configure_libraries(offline=False)
os.environ["KOTAE_LANG"] = "en"  # whatever the locale of this machine
for load in ("load_verify_locations", "load_default_certs"):  # no test speaks TLS: certificates take 40 ms a client
    setattr(ssl.SSLContext, load, lambda *_, **__: None)
os.fsync = lambda _: None  # nor takes the power away
pool.in_this_process = ocr.switched_off = True  # also where the first thing a process does is a fixture of a file
if find_spec("hypothesis") is not None:  # the GPU tests do without it
    from hypothesis import HealthCheck, settings

    # The same examples every time, however slow the machine; others with pytest --hypothesis-profile=default
    same = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("any machine", same)
    settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "benchmark_disable"):
        config.option.benchmark_disable = True  # LangChain's standard tests of a time run once, and are not measured


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A text or file too long for a name is named by its argument: it may carry the time it was made, and workers must
    agree on names, which are written to the environment and sent from process to process at every step of a test."""
    return argname if isinstance(val, bytes | str) and len(val) > 200 else None


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        needs.mark(item)
    if hasattr(config, "workerinput"):  # of pytest-xdist
        items[:] = needs.longest_first(items)


def pytest_collection() -> None:
    gc.disable()  # what is collected stays


def pytest_collection_finish() -> None:
    gc.freeze()  # modules and tests stay to the end; libraries that collect garbage often need not look at them
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with needs.held_to(item):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def cache() -> Iterator[Path]:
    """The user cache, the same for this process and every one that it starts, whatever a test does to HOME."""
    before = os.environ.get("KOTAE_CACHE")
    folder = cache_dir().absolute()
    os.environ["KOTAE_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["KOTAE_CACHE"]
    else:
        os.environ["KOTAE_CACHE"] = before


@pytest.fixture(autouse=True)
def _read_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read documents without a worker, except in tests that ask for one or for a process, and scans where asked to."""
    pool.in_this_process = not {"worker", "process"} & set(request.fixturenames)
    ocr.switched_off = "ocr" not in request.fixturenames
    yield
    pool.in_this_process = ocr.switched_off = True


@pytest.fixture(name="ocr")
def _ocr() -> None:
    """OCR as where its extra is installed."""
    pytest.importorskip("rapidocr", reason="the extra ocr is not installed")


@pytest.fixture(scope="module")
def worker(process) -> Iterator[None]:
    """Workers as everywhere outside the tests."""
    yield
    pool.end_idle()


@pytest.fixture(scope="module", autouse=True)
def _close_leftovers() -> Iterator[None]:
    """At the end of a file, close the indexes and engines that its tests opened."""
    yield
    leftovers.close()


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A corpus of eight short documents, four in each language, to be changed at will."""
    return write_corpus(tmp_path / "corpus", SMALL_CORPUS)


@pytest.fixture(scope="session")
def encoder(cache: Path):
    """The bundled encoder."""
    from rag.encoders.embeddings import open_encoder

    return open_encoder("bundled")


@pytest.fixture
def hash_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder without weights in place of every other, for indexes that are found by words."""
    from tests.fakes import HashEncoder

    for module in ("ingest.sync", "rag.index.reader"):
        monkeypatch.setattr(f"{module}.open_encoder", lambda _: HashEncoder())


@pytest.fixture(scope="session")
def process() -> Callable[..., Any]:
    """Run kotae's command line in a process of its own. A test that starts Python in another way asks for this too."""
    from tests.commands import process

    return process


@pytest.fixture(scope="module")
def forking(process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that forks children, which run kotae's commands without importing anything first."""
    from tests.faults.forks import forks

    with forks(tmp_path_factory.mktemp("forks")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> None:
    """Chromium."""
    from tests.eval.browser import CHROMIUM

    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install -y chromium")


@pytest.fixture(scope="session")
def gptqmodel() -> None:
    """The extra gptq."""
    if find_spec("gptqmodel") is None:
        pytest.skip("the extra gptq is not installed: it needs a C compiler")


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory, encoder) -> Path:
    """The folder of an index of the small corpus; not to be changed."""
    from ingest.sync import sync

    folder = tmp_path_factory.mktemp("small")
    sync(write_corpus(folder / "corpus", SMALL_CORPUS), folder / "index")
    return folder / "index"


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server on loopback."""
    from tests.sites import chroma_server

    with chroma_server(tmp_path_factory.mktemp("chroma-server")) as url:
        yield url


@pytest.fixture(scope="session")
def s3() -> Iterator[Any]:
    """A real S3 server on loopback, for which the environment has the credentials."""
    pytest.importorskip("moto", reason="the packages of developers are not installed")
    from tests.s3 import s3_server

    with s3_server() as server:
        yield server


@pytest.fixture(scope="session", name="lancedb")
def _lancedb() -> None:
    """LanceDB as a second store."""
    pytest.importorskip("lancedb", reason="the extra lancedb is not installed")


@pytest.fixture(scope="module", params=["chroma", "lancedb"])
def kept_in(request: pytest.FixtureRequest) -> Store:
    """Each store that an index on disk can be kept in."""
    if request.param == "lancedb":
        request.getfixturevalue("lancedb")
    kind: Store = request.param
    return kind


@pytest.fixture(params=["folder", "lancedb", pytest.param("server", marks=pytest.mark.server)])
def site(request: pytest.FixtureRequest, tmp_path: Path):
    """A place without an index yet, on disk in both stores and on a server."""
    from tests.sites import new_site

    if request.param == "lancedb":
        request.getfixturevalue("lancedb")

    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    with new_site(request.param, tmp_path / "index", url) as empty:
        yield empty


@pytest.fixture
def remote(chroma_url: str, tmp_path: Path):
    """A place on the server, without an index yet."""
    from tests.sites import new_site

    with new_site("server", tmp_path / "unused", chroma_url) as empty:
        yield empty


@pytest.fixture(scope="session")
def chat_model(cache: Path):
    """The bundled language model, greedy, a few tokens an answer."""
    from rag.models.local import LocalChatModel

    return LocalChatModel(max_tokens=16)


@pytest.fixture(scope="session")
def shallow_model(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A GGUF file of the bundled language model's first layers, for tests that do not look at what an answer says."""
    from rag.models.bundled import assemble
    from tests.small_models import write_shallow

    return write_shallow(assemble(), tmp_path_factory.mktemp("shallow") / "shallow.gguf")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """What the model `scripted` says, which commands take unless told otherwise."""
    from tests.eval.scripted import Script

    monkeypatch.setenv("KOTAE_MODEL", "scripted")
    return Script().install(monkeypatch)


@pytest.fixture
def verify(tmp_path: Path) -> Path:
    """A small verification set."""
    from tests.eval.scripted import write_set

    return write_set(tmp_path / "set.csv")
