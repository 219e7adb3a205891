"""llama.cpp in this process (package `xllamacpp`).

Its server object always listens: on a private Unix socket that requires a random key; on a platform without Unix
sockets on a loopback port that requires it. The tokenizer and the chat template, which its Python interface lacks, are
reached there.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import Any

from rag.errors import ModelFailed, ModelUnavailable
from rag.messages import Message
from rag.models.engine import EngineOptions
from rag.models.llama_build import llama_build
from rag.models.llama_runner import LlamaRunner, OnChunk, client_of, post_json, private_socket
from rag.processors import count_processors, waits_asleep

_MIN_CONTEXT = 256  # tokens; llama.cpp allows no fewer


class EmbeddedLlama(LlamaRunner):
    """A GGUF file in this process."""

    def __init__(self, path: Path, options: EngineOptions | None) -> None:
        """Open `path`; without `options` its weights are mapped into memory and never read. Raises ModelUnavailable."""
        try:
            import xllamacpp
        except ImportError as error:
            raise ModelUnavailable(
                "GGUF models need the package xllamacpp", do="Install it with: pip install xllamacpp"
            ) from error
        self.build = llama_build()
        key, socket_path = secrets.token_urlsafe(32), private_socket()
        params = _parameters(path, options)
        params.api_keys = [key]
        params.hostnames = ["127.0.0.1"] if socket_path is None else [str(socket_path)]
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:
            raise ModelUnavailable(
                "llama.cpp cannot load this file: it is damaged, of an unknown architecture, or too large for memory",
                where=str(path),
            ) from error
        self._client = client_of(socket_path, self._server.listening_address, key)

    def post(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        import httpx

        try:
            return post_json(self._client, route, body)
        except httpx.TransportError as error:
            raise ModelFailed(
                Message("llama.cpp did not answer {route}: {error}", route=route, error=error), do="Ask again."
            ) from error

    def complete(self, request: dict[str, Any], on_chunk: OnChunk | None = None) -> dict[str, Any] | None:
        if on_chunk is None:
            return dict(self._server.handle_completions(request))
        self._server.handle_completions(request, on_chunk)
        return None

    def close(self) -> None:
        import httpx

        if self._server is not None:
            # A server that is ended before its loop has begun never ends; this is answered by the loop.
            with contextlib.suppress(httpx.TransportError):
                self._client.get("/lora-adapters")
        self._server = None


def _parameters(path: Path, options: EngineOptions | None) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    if options is None:
        params.n_ctx, params.n_parallel = _MIN_CONTEXT, 1
        params.no_extra_bufts = True  # or the weights would be copied
    else:
        params.n_ctx, params.n_parallel = options.context * options.slots, options.slots
    params.warmup = False  # a prompt follows at once, or never
    # Fitting a model into the memory of a GPU opens its file twice.
    cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    params.fit_params = any(device["type"] != cpu for device in xllamacpp.get_device_info())
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = count_processors()
    if waits_asleep():  # for builds whose threads are not OpenMP's
        params.cpuparams.poll = params.cpuparams_batch.poll = 0
    params.verbosity = 0
    params.ui = False
    params.endpoint_slots = False
    params.cache_ram_mib = 0  # prompts are not kept after they are answered
    return params
