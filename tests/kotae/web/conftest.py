"""What the tests of kotae.web share: a running server with a steered engine, and clients of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kotae.web.app import ServerConfig
from kotae.web.server import LocalServer
from rag.factory import IndexSettings, ModelSettings
from rag.models import registry
from rag.records import Decoding
from tests.kotae.web.chrome import Tab, chrome
from tests.kotae.web.engines import SteeredEngine
from tests.kotae.web.page_parser import signed_in

TENNIS = "「テニスの王子様」の作者はだれですか？"
CATTLE = "Which disease of cattle was eradicated in 2011?"
UNHEARD_OF = "火星の人口は？"
REPLIES = {
    UNHEARD_OF: "987,654人です。",
    TENNIS: "許斐剛",
    CATTLE: "Rinderpest",
    "富士山の高さは？": ("It is 3776 metres high", "3776メートル"),
    "SLOW": "one…two",
    "LONG": "one…" + "," * 100,
    "遅い": "一つ…二つ",
    "BROKEN": ZeroDivisionError("a secret"),
}


@dataclass
class Served:
    """A server that runs, and the engine behind it."""

    server: LocalServer
    engine: SteeredEngine
    config: ServerConfig

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def client(self, **settings) -> httpx.Client:
        """A client with the token."""
        headers = {"Authorization": f"Bearer {self.server.token}"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=600, trust_env=False, **settings)

    def stranger(self, **settings) -> httpx.Client:
        """A client without it."""
        return httpx.Client(base_url=self.base, timeout=600, trust_env=False, **settings)


@contextmanager
def running(server: LocalServer) -> Iterator[None]:
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(300)
        assert not thread.is_alive()


@contextmanager
def served(index: Path, runs: Path, library: Path | None = None, history: Path | None = None) -> Iterator[Served]:
    engine = SteeredEngine(REPLIES)
    kind = registry.ModelKind("steered", "none", "nothing", "rag", "", lambda _, __: engine)
    model = ModelSettings("steered", Decoding(), 4096)
    config = ServerConfig(model, IndexSettings(index, None, 2), runs, library, history)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.KINDS, "steered", kind)
        server = LocalServer(config, 0)
        with running(server):
            try:
                yield Served(server, engine, config)
            finally:
                engine.go.set()


@pytest.fixture
def site(small_index: Path, tmp_path: Path) -> Iterator[Served]:
    """A server with the small index, and no runs."""
    with served(small_index, tmp_path / "runs") as one:
        yield one


@pytest.fixture
def serve_index(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serves another index, or other runs."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda *folders, **others: stack.enter_context(served(*folders, **others))


@pytest.fixture(scope="module")
def tab(tmp_path_factory) -> Iterator[Tab]:
    with chrome(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture
def page(tab: Tab, site: Served) -> Tab:
    return signed_in(tab, site)
