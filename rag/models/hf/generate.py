"""The engine for architectures whose attention the batch engine cannot replace: transformers' own `generate`."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from typing import Any

import torch

from rag.errors import ModelFailed, first_line
from rag.messages import Message
from rag.models.batch.memory import MemoryCeiling, free_memory
from rag.models.batch.model_source import ModelSource
from rag.models.batch.sampling import Sampler, uniforms
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokenized_engine import TokenEngine
from rag.models.batch.tokenizer import end_tokens
from rag.models.callback_iterator import OnText, callback_to_iterator
from rag.models.engine import Completion, EngineOptions, Piece
from rag.records import Decoding

_ROWS = 8


class GenerateEngine(TokenEngine):
    """A loaded transformers model. Prompts of similar length are completed together, padded on the left."""

    batch_size = _ROWS * 4

    def __init__(self, source: ModelSource, identity: str, options: EngineOptions) -> None:
        """Load a model. Raises ModelUnavailable."""
        from transformers import GenerationConfig

        super().__init__(source, identity, options)
        if source.device != "cpu":
            MemoryCeiling(options.gpu_memory)
        self._model = source.load()
        self._ends |= end_tokens(self._model.generation_config)
        self._device = source.device
        # The checkpoint's own would add its penalties and temperature to the requested ones.
        self._model.generation_config = GenerationConfig(pad_token_id=min(self._ends, default=0), do_sample=False)

    def complete(self, prompts: Several[str], decoding: Decoding, stop: Several[str] = ()) -> list[Completion]:
        sequences = [self._sequence(prompt, decoding, stop) for prompt in prompts]
        ordered = sorted(sequences, key=lambda sequence: len(sequence.prompt), reverse=True)
        for start in range(0, len(ordered), _ROWS):
            self._write(ordered[start : start + _ROWS], decoding)
        return [sequence.completion() for sequence in sequences]

    def stream(self, prompt: str, decoding: Decoding, stop: Several[str] = ()) -> Iterator[Piece]:
        sequence = self._sequence(prompt, decoding, stop)

        def write(on_text: OnText) -> Completion:
            self._write([sequence], decoding, on_text)
            return sequence.completion()

        yield from callback_to_iterator(write)

    def close(self) -> None:
        with self._lock:
            self._model, self.closed = None, True
        free_memory()

    @torch.inference_mode()
    def _write(self, rows: Several[Sequence], decoding: Decoding, on_text: OnText | None = None) -> None:
        """Run the sequences to their ends in one batch. `on_text` is for a single sequence."""
        longest, limit = max(len(sequence.prompt) for sequence in rows), max(sequence.limit for sequence in rows)
        ids = torch.zeros((len(rows), longest), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, sequence in enumerate(rows):
            ids[row, longest - len(sequence.prompt) :] = torch.tensor(sequence.prompt)
            mask[row, longest - len(sequence.prompt) :] = 1
        ids, mask = ids.to(self._device), mask.to(self._device)
        sampler = Sampler.of(decoding)
        drawn = torch.zeros((len(rows), limit))
        if sampler.temperature:
            drawn = torch.stack([uniforms(decoding.seed, sequence.prompt, limit) for sequence in rows])
        drawn = drawn.to(self._device)

        def sample(written: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
            """Return scores, [rows, vocabulary], that are minus infinity except for the selected token."""
            seen = torch.zeros_like(logits, dtype=torch.bool)
            if sampler.needs_seen:
                real = torch.cat([mask.bool(), mask.new_ones((len(rows), written.shape[1] - longest)).bool()], 1)
                seen = torch.zeros_like(logits).scatter_add_(1, written, real.to(logits.dtype)) > 0
            token = sampler.sample(logits, seen, drawn[:, written.shape[1] - longest])
            return torch.full_like(logits, -torch.inf).scatter_(1, token[:, None], 0.0)

        def ended(written: torch.Tensor, _: Any) -> torch.Tensor:
            for sequence, token in zip(rows, written[:, -1].tolist(), strict=True):
                sequence.take(token)
            go_on = on_text is None or on_text(rows[0].news())
            return torch.tensor([sequence.finish is not None or not go_on for sequence in rows], device=written.device)

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
                Message(
                    "The GPU ran out of memory with {rows} prompts at a time: {error}",
                    rows=len(rows),
                    error=first_line(error),
                ),
                do="Give a lower --context or --max-tokens, raise --max-gpu-memory, or free memory on the GPU.",
            ) from error
