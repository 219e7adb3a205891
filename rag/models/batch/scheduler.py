"""Continuous batching: waiting sequences enter rows as others finish; running out of memory loses none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

from rag.errors import ModelFailed
from rag.messages import Message
from rag.models.batch.decoder import Decoder, PendingStep, PrefillEntry
from rag.models.batch.sampling import Sampler, uniforms
from rag.models.batch.sequence import Sequence

_ENTER_AT = 0.25  # share of the rows that must be free before a prefill interrupts the running ones


class Scheduler:
    """Runs sequences through a decoder. `prefill_tokens` limits one prefill, padding included."""

    def __init__(self, decoder: Decoder, shrink: Callable[[Decoder], Decoder | None], prefill_tokens: int) -> None:
        """Use `decoder`; `shrink` replaces one that ran out of memory by a smaller one, or returns None."""
        self.decoder = decoder
        self.prefill_tokens = prefill_tokens
        self._shrink = shrink

    def run(self, sequences: Iterable[Sequence], sampler: Sampler, seed: int) -> Iterator[Sequence]:
        """Run all sequences to their ends and yield each one whenever it has a new token. Longest prompts go first.

        Raises ModelFailed if memory does not hold even one sequence. Closing the iterator frees the rows.
        """
        waiting = sorted(sequences, key=lambda sequence: len(sequence.prompt))
        rows: list[Sequence] = []
        try:
            while waiting or rows:
                try:
                    yield from self._enter(waiting, rows, sampler, seed)
                    if waiting and not rows:
                        raise ModelFailed(
                            Message(
                                "A prompt and its answer need {tokens} tokens of the cache, and it holds {capacity}",
                                tokens=waiting[-1].cache_tokens,
                                capacity=self.decoder.kv_cache.capacity,
                            ),
                            do="Give a lower --max-tokens, or free memory on the GPU.",
                        )
                    yield from self._write(waiting, rows, sampler)
                except torch.OutOfMemoryError as error:
                    waiting += self._evict(rows)
                    self._back_off(error)
        finally:
            self._evict(rows)

    def _enter(self, waiting: list[Sequence], rows: list[Sequence], sampler: Sampler, seed: int) -> Iterator[Sequence]:
        """Prefill the sequences that fit, longest first, while it is worth interrupting the running rows."""
        decoder = self.decoder
        free = decoder.max_rows - len(rows)
        if rows and free < max(1, int(_ENTER_AT * decoder.max_rows)) and len(waiting) > free:
            return
        while waiting and len(rows) < decoder.max_rows:
            group = self._group(waiting, decoder.max_rows - len(rows))
            if not group:
                return
            try:
                tokens = self._prefill(group, range(len(rows), len(rows) + len(group)), sampler, seed)
            except torch.OutOfMemoryError:
                waiting += reversed(group)
                self._free(group)
                raise
            rows += group
            for sequence, token in zip(group, tokens, strict=True):
                sequence.issued = len(sequence.written) + 1
                sequence.take(token)
            yield from group
            self._leave(rows)

    def _group(self, waiting: list[Sequence], free: int) -> list[Sequence]:
        """Remove from `waiting` the sequences of one prefill, and reserve their slots in the cache."""
        group: list[Sequence] = []
        while waiting and len(group) < free:
            candidate = waiting[-1]
            longest = max(len(sequence.prompt) + len(sequence.written) for sequence in [*group, candidate])
            if group and longest * (len(group) + 1) > self.prefill_tokens:
                break
            candidate.extent = self.decoder.kv_cache.allocate(candidate.cache_tokens)
            if candidate.extent is None:
                break
            group.append(waiting.pop())
        return group

    def _prefill(self, group: list[Sequence], rows: Iterable[int], sampler: Sampler, seed: int) -> list[int]:
        entries = []
        for sequence in group:
            assert sequence.extent is not None  # noqa: S101
            drawn = None
            if sampler.temperature:
                drawn = uniforms(seed, sequence.prompt, sequence.limit)[len(sequence.written) :]
            entries.append(PrefillEntry(sequence.prompt + sequence.written, sequence.extent, drawn))
        return self.decoder.prefill(entries, list(rows), sampler)

    def _write(self, waiting: list[Sequence], rows: list[Sequence], sampler: Sampler) -> Iterator[Sequence]:
        """Step until a row has ended. The next step is started before the tokens of the last one are read."""
        last: PendingStep | None = None
        while rows and (last is not None or not any(sequence.finish for sequence in rows)):
            following = None
            if not any(sequence.finish or sequence.issued >= sequence.limit for sequence in rows):
                following = self.decoder.decode_step(len(rows), sampler)
                for sequence in rows:
                    sequence.issued += 1
            if last is not None:
                for sequence, token in zip(rows, last.tokens(), strict=True):
                    sequence.take(token)
                yield from rows
            last = following
        self._leave(rows)

    def _leave(self, rows: list[Sequence]) -> None:
        """Remove the sequences that have ended, and move the last rows into their rows."""
        for row in reversed(range(len(rows))):
            if rows[row].finish is None:
                continue
            self._free([rows[row]])
            moved = rows.pop()
            if row < len(rows):
                self.decoder.move_row(len(rows), row)
                rows[row] = moved
            self.decoder.clear(len(rows))

    def _free(self, sequences: Iterable[Sequence]) -> None:
        for sequence in sequences:
            if sequence.extent is not None:
                self.decoder.kv_cache.free(sequence.extent)
                sequence.extent = None

    def _evict(self, rows: list[Sequence]) -> list[Sequence]:
        """Empty all rows and return the unfinished sequences; their text so far is prefilled when they enter again."""
        evicted = [sequence for sequence in rows if sequence.finish is None]
        self._free(rows)
        for row in range(len(rows)):
            self.decoder.clear(row)
        rows.clear()
        return evicted

    def _back_off(self, error: torch.OutOfMemoryError) -> None:
        """Halve the prefill, then the decoder."""
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if self.prefill_tokens > 1:
            self.prefill_tokens //= 2
            if self.prefill_tokens > 256:
                return
        smaller = self._shrink(self.decoder)
        if smaller is None:
            raise ModelFailed(
                Message(
                    "The GPU ran out of memory even with one prompt at a time: {error}",
                    error=str(error).splitlines()[0],
                ),
                do="Give a lower --context, or free memory on the GPU.",
            ) from error
        self.decoder = smaller
