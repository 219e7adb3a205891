"""Continuous batching: waiting sequences enter rows as others leave, and running out of memory loses none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

from rag.errors import ModelFailed
from rag.models.batch.decoder import Decoder, PendingStep, PrefillEntry
from rag.models.batch.sampling import Sampler, uniforms
from rag.models.batch.sequence import Sequence

_ENTER_AT = 0.25  # share of the rows that must be free before running ones are held up by a prefill


class Scheduler:
    """Runs sequences through a decoder. `prefill_tokens` bounds one prefill, padding included."""

    def __init__(self, decoder: Decoder, shrink: Callable[[Decoder], Decoder | None], prefill_tokens: int) -> None:
        """`shrink` gives a smaller decoder in place of one that was too large; None where there is none."""
        self.decoder = decoder
        self.prefill_tokens = prefill_tokens
        self._shrink = shrink

    def run(self, sequences: Iterable[Sequence], sampler: Sampler, seed: int) -> Iterator[Sequence]:
        """Run all to their ends; gives a sequence whenever it has got a token. Longest prompts go first.

        Raises ModelFailed where memory does not hold even one sequence. Closing the iterator frees the rows.
        """
        waiting = sorted(sequences, key=lambda one: len(one.prompt))
        rows: list[Sequence] = []
        try:
            while waiting or rows:
                try:
                    yield from self._enter(waiting, rows, sampler, seed)
                    if waiting and not rows:
                        raise ModelFailed(
                            f"A prompt and its answer need {waiting[-1].cache_tokens} places of the cache and it has "
                            f"{self.decoder.kv_cache.capacity}",
                            do="Give a lower --max-tokens, or free memory on the GPU.",
                        )
                    yield from self._write(waiting, rows, sampler)
                except torch.OutOfMemoryError as error:
                    waiting += self._evict(rows)
                    self._back_off(error)
        finally:
            self._evict(rows)

    def _enter(self, waiting: list[Sequence], rows: list[Sequence], sampler: Sampler, seed: int) -> Iterator[Sequence]:
        """Prefill what fits, the longest first, as long as it is worth holding up the rows that run."""
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
            for one, token in zip(group, tokens, strict=True):
                one.issued = len(one.written) + 1
                one.take(token)
            yield from group
            self._leave(rows)

    def _group(self, waiting: list[Sequence], free: int) -> list[Sequence]:
        """Taken off `waiting`: sequences with places in the cache, few enough for one prefill."""
        group: list[Sequence] = []
        while waiting and len(group) < free:
            one = waiting[-1]
            longest = max(len(other.prompt) + len(other.written) for other in [*group, one])
            if group and longest * (len(group) + 1) > self.prefill_tokens:
                break
            one.extent = self.decoder.kv_cache.allocate(one.cache_tokens)
            if one.extent is None:
                break
            group.append(waiting.pop())
        return group

    def _prefill(self, group: list[Sequence], rows: Iterable[int], sampler: Sampler, seed: int) -> list[int]:
        entries = []
        for one in group:
            assert one.extent is not None  # noqa: S101
            drawn = None
            if sampler.temperature:
                drawn = uniforms(seed, one.prompt, one.limit)[len(one.written) :]
            entries.append(PrefillEntry(one.prompt + one.written, one.extent, drawn))
        return self.decoder.prefill(entries, list(rows), sampler)

    def _write(self, waiting: list[Sequence], rows: list[Sequence], sampler: Sampler) -> Iterator[Sequence]:
        """Steps until a row has ended. The next step is issued before the tokens of the last one are looked at."""
        last: PendingStep | None = None
        while rows and (last is not None or not any(one.finish for one in rows)):
            following = None
            if not any(one.finish or one.issued >= one.limit for one in rows):
                following = self.decoder.decode_step(len(rows), sampler)
                for one in rows:
                    one.issued += 1
            if last is not None:
                for one, token in zip(rows, last.tokens(), strict=True):
                    one.take(token)
                yield from rows
            last = following
        self._leave(rows)

    def _leave(self, rows: list[Sequence]) -> None:
        """Let go of the sequences that have ended; the last rows move into theirs."""
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
        for one in sequences:
            if one.extent is not None:
                self.decoder.kv_cache.free(one.extent)
                one.extent = None

    def _evict(self, rows: list[Sequence]) -> list[Sequence]:
        """Empty all rows; what they have written so far is kept, and read again when they enter anew."""
        evicted = [one for one in rows if one.finish is None]
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
                f"The GPU ran out of memory even with one prompt at a time: {str(error).splitlines()[0]}",
                do="Give a lower --context, or free memory on the GPU.",
            ) from error
        self.decoder = smaller
