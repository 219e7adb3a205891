"""transformers' own `generate`, for architectures whose attention kotae's engine cannot replace: padded batches."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from typing import Any

import torch

from rag.errors import ModelFailed, first_line
from rag.models.batch.memory import MemoryCeiling, free_memory
from rag.models.batch.model_source import ModelSource
from rag.models.batch.sampling import Sampler, uniforms
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokenized_engine import TokenEngine
from rag.models.batch.tokenizer import ends_of
from rag.models.callback_iterator import OnText, callback_to_iterator
from rag.models.engine import Completion, EngineOptions, Piece
from rag.records import Decoding

_ROWS = 8


class GenerateEngine(TokenEngine):
    """A transformers model, loaded. Prompts of about the same length are written together, padded on the left."""

    batch_size = _ROWS * 4

    def __init__(self, source: ModelSource, identity: str, options: EngineOptions) -> None:
        """Load a model. Raises ModelUnavailable."""
        from transformers import GenerationConfig

        super().__init__(source, identity, options)
        if source.device != "cpu":
            MemoryCeiling(options.gpu_memory)
        self._model = source.load()
        self._ends |= ends_of(self._model)
        self._device = source.device
        # The checkpoint's own would put its penalties and temperatures beside those that were asked for.
        self._model.generation_config = GenerationConfig(pad_token_id=min(self._ends, default=0), do_sample=False)

    def complete(self, prompts: Several[str], decoding: Decoding, stop: Several[str] = ()) -> list[Completion]:
        sequences = [self._sequence(prompt, decoding, stop) for prompt in prompts]
        ordered = sorted(sequences, key=lambda one: len(one.prompt), reverse=True)
        for start in range(0, len(ordered), _ROWS):
            self._write(ordered[start : start + _ROWS], decoding)
        return [one.completion() for one in sequences]

    def stream(self, prompt: str, decoding: Decoding, stop: Several[str] = ()) -> Iterator[Piece]:
        sequence = self._sequence(prompt, decoding, stop)

        def write(take: OnText) -> Completion:
            self._write([sequence], decoding, take)
            return sequence.completion()

        yield from callback_to_iterator(write)

    def close(self) -> None:
        with self._lock:
            self._model, self.closed = None, True
        free_memory()

    @torch.inference_mode()
    def _write(self, rows: Several[Sequence], decoding: Decoding, take: OnText | None = None) -> None:
        """Run the sequences to their ends, side by side. `take` is for a single one."""
        longest, limit = max(len(one.prompt) for one in rows), max(one.limit for one in rows)
        ids = torch.zeros((len(rows), longest), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, one in enumerate(rows):
            ids[row, longest - len(one.prompt) :] = torch.tensor(one.prompt)
            mask[row, longest - len(one.prompt) :] = 1
        ids, mask = ids.to(self._device), mask.to(self._device)
        sampler = Sampler.of(decoding)
        drawn = torch.zeros((len(rows), limit))
        if sampler.temperature:
            drawn = torch.stack([uniforms(decoding.seed, one.prompt, limit) for one in rows])
        drawn = drawn.to(self._device)

        def sample(written: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
            """The scores, [rows, vocabulary], of which only the chosen token's is above minus infinity."""
            seen = torch.zeros_like(logits, dtype=torch.bool)
            if sampler.needs_seen:
                real = torch.cat([mask.bool(), mask.new_ones((len(rows), written.shape[1] - longest)).bool()], 1)
                seen = torch.zeros_like(logits).scatter_add_(1, written, real.to(logits.dtype)) > 0
            token = sampler.sample(logits, seen, drawn[:, written.shape[1] - longest])
            return torch.full_like(logits, -torch.inf).scatter_(1, token[:, None], 0.0)

        def ended(written: torch.Tensor, _: Any) -> torch.Tensor:
            for one, token in zip(rows, written[:, -1].tolist(), strict=True):
                one.take(token)
            go_on = take is None or take(rows[0].news())
            return torch.tensor([one.finish is not None or not go_on for one in rows], device=written.device)

        from transformers import LogitsProcessorList, StoppingCriteriaList

        try:
            with self._lock:
                self._model.generate(
                    ids,
                    attention_mask=mask,
                    max_new_tokens=limit,
                    logits_processor=LogitsProcessorList([sample]),
                    stopping_criteria=StoppingCriteriaList([ended]),
                )
        except torch.OutOfMemoryError as error:
            raise ModelFailed(
                f"The GPU ran out of memory with {len(rows)} prompts at a time: {first_line(error)}",
                do="Give a lower --context or --max-tokens, raise --max-gpu-memory, or free memory on the GPU.",
            ) from error
