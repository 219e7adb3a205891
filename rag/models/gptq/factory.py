"""Open the engine of a GPTQ checkpoint, `<dir or hub id>[@revision]`."""

from __future__ import annotations

import functools

from rag.hub import resolve
from rag.models.batch.blocks import BLOCK
from rag.models.batch.engine import BatchEngine
from rag.models.batch.model_source import ModelSource
from rag.models.cached_engine import cached_engine
from rag.models.engine import EngineOptions
from rag.models.gptq.checkpoint import Checkpoint, read_checkpoint
from rag.models.gptq.kernels import choose_kernel, look_at_machine
from rag.models.gptq.loading import load_model
from rag.models.gptq.marlin import EVEN_ROWS, MarlinMerger


def open_gptq(name: str, options: EngineOptions) -> GptqEngine:
    """Return the engine of `<dir or hub id>[@revision]`, loaded once per process. Raises ModelUnavailable."""
    model = resolve(name)
    checkpoint, identity = read_checkpoint(model.path), f"{model.name}@{model.revision}"
    return cached_engine((GptqEngine, identity, options), lambda: GptqEngine(checkpoint, identity, options))


class GptqEngine(BatchEngine):
    """A loaded GPTQ checkpoint."""

    def __init__(self, checkpoint: Checkpoint, identity: str, options: EngineOptions) -> None:
        """Load a checkpoint. Raises ModelUnavailable and SettingsError."""
        self.choice = choose_kernel(look_at_machine(), checkpoint, options.kernel)
        merger = MarlinMerger(checkpoint.config, BLOCK if options.batch_invariant else None)
        source = ModelSource(
            checkpoint.folder,
            checkpoint.config,
            checkpoint.weight_bytes,
            self.choice.device,
            self.choice.dtype,
            functools.partial(load_model, checkpoint, self.choice),
            thread_stream=self.choice.kernel == "exllama_v2",
            merge=merger,
            use_spare=merger.keep_unpacked,
            **({"even_rows": EVEN_ROWS} if self.choice.kernel == "marlin" else {}),
        )
        super().__init__(source, identity, options)
