"""The kinds of model URI: the engine of each, what it needs, and whether it can run here."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import ModelUnavailable, SettingsError
from rag.messages import Message
from rag.models import bundled as bundled_model
from rag.models.cached_engine import cached_engine
from rag.models.engine import EngineOptions, TextEngine


@dataclass(frozen=True, slots=True)
class ModelKind:
    """A kind of model URI. `package` must be importable; `install` is the command that installs it.

    `on_gpu`: --kernel and --max-gpu-memory apply to it.
    """

    uri: str
    engine: str
    needs: str
    package: str
    install: str
    open: Callable[[str, EngineOptions], TextEngine]
    on_gpu: bool = False

    @property
    def available(self) -> bool:
        """Whether its package is installed; nothing is imported."""
        return importlib.util.find_spec(self.package) is not None

    @property
    def state(self) -> Message:
        """Say whether it can run here, or how to install its package."""
        return Message("ready") if self.available else Message("not installed: {install}", install=self.install)


def find_kind(uri: str, options: EngineOptions) -> ModelKind:
    """Return the kind of a URI. Raises ModelUnavailable if it is unknown, SettingsError for an option not of it."""
    scheme, colon, name = uri.partition(":")
    kind = KINDS.get(scheme)
    if kind is None or bool(colon) != (":" in kind.uri) or (colon and not name):
        known = ", ".join(known.uri for known in KINDS.values())
        raise ModelUnavailable(
            Message("Unknown kind of model {uri!r}", uri=uri), do=Message("Choose one of: {known}.", known=known)
        )
    if not kind.on_gpu and (options.kernel != "auto" or options.gpu_memory is not None or options.gpus):
        raise SettingsError(
            Message("--kernel, --max-gpu-memory and --gpus do not apply to {uri}", uri=kind.uri), do="Omit them."
        )
    return kind


def open_engine(uri: str, options: EngineOptions) -> TextEngine:
    """Load the model that `uri` names. Raises ModelUnavailable, also for an unknown kind of URI.

    Raises SettingsError if an option does not apply to this kind.
    """
    kind = find_kind(uri, options)
    if options.gpus:
        from rag.models.gpu_pool import GpuPool

        single = replace(options, gpus=())
        return cached_engine((GpuPool, uri, options), lambda: GpuPool(uri, single, options.gpus))
    return kind.open(uri.partition(":")[2], options)


_BUNDLED = f"{bundled_model.NAME}@{bundled_model.SHA256[:12]}"


def _open_bundled(_: str, options: EngineOptions) -> TextEngine:
    from rag.models import gguf
    from rag.progress import bytes_bar

    with bytes_bar("Assembling the bundled language model") as progress:
        path = bundled_model.assemble(progress)
    return gguf.load(path, _BUNDLED, options, trusted=True)


def _open_gguf(name: str, options: EngineOptions) -> TextEngine:
    from rag.models import gguf

    path = Path(name).expanduser()
    gguf.check_file(path)
    return gguf.load(path, _file_identity(path), options)


def _file_identity(path: Path) -> str:
    """Return the name and SHA-256 of a model file; hashing takes about a second per gigabyte."""
    with path.open("rb") as file:
        return f"{path.name}@{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"


def _open_gpt4all(name: str, options: EngineOptions) -> TextEngine:
    from rag.models import gguf, gpt4all

    path = Path(name).expanduser()
    gguf.check_file(path)
    return gpt4all.load(path, _file_identity(path), options)


def _open_gptq(name: str, options: EngineOptions) -> TextEngine:
    from rag.models.gptq.factory import open_gptq

    return open_gptq(name, options)


def _refuse_server_model(name: str, _: EngineOptions) -> TextEngine:
    raise SettingsError(Message("openai:{name} runs on a server", name=name), do="Open it with rag.factory.open_model.")


def _open_hf(name: str, options: EngineOptions) -> TextEngine:
    from rag.models.hf.factory import open_hf

    return open_hf(name, options)


_XLLAMACPP = "pip install xllamacpp"
_GPTQ = 'pip install gptqmodel==7.6.0 "protobuf>=7.34" "sentencepiece>=0.2"'
_SERVER = 'pip install "langchain-openai>=1.7,<2"'
_HF = "pip install transformers"
_GPT4ALL = 'pip install "gpt4all>=2.8.2,<3"'
KINDS = {
    "bundled": ModelKind("bundled", "llama.cpp", Message("nothing more"), "xllamacpp", _XLLAMACPP, _open_bundled),
    "gguf": ModelKind("gguf:<file>", "llama.cpp", Message("a GGUF file"), "xllamacpp", _XLLAMACPP, _open_gguf),
    "gptq": ModelKind(
        "gptq:<dir or hub id>[@revision]",
        "gptqmodel",
        Message("a GPTQ checkpoint"),
        "gptqmodel",
        _GPTQ,
        _open_gptq,
        on_gpu=True,
    ),
    "openai": ModelKind(
        "openai:<name>", Message("a server"), "--base-url", "langchain_openai", _SERVER, _refuse_server_model
    ),
    "hf": ModelKind(
        "hf:<dir or hub id>[@revision]",
        "transformers",
        Message("unquantised weights"),
        "transformers",
        _HF,
        _open_hf,
        on_gpu=True,
    ),
    "gpt4all": ModelKind("gpt4all:<file>", "GPT4All", Message("a GGUF file"), "gpt4all", _GPT4ALL, _open_gpt4all),
}
