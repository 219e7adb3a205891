"""Merge segments of the lexical index, as search engines do: each chunk is copied a few times, however many there are.

Segments are sorted into tiers by their number of chunks, each tier `FACTOR` times as large as the one below. A tier
that is full (`FACTOR` segments) becomes one segment of a higher tier, so that there are at most `FACTOR` - 1 in each
and a chunk is copied once a tier (Lucene's TieredMergePolicy is of this kind).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from rag.lexical.segment import FieldWriter, Postings, Segment, write_ids

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FACTOR = 8
SMALL = 4096
"""Segments of fewer chunks are in the lowest tier."""
_DELETED = 3
"""A segment is written anew once one in so many of its rows is deleted."""
_RANGE = 500_000
"""Postings that are merged at a time."""


def segments_to_merge(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments to merge next, in their order: a full tier, or one with many deleted chunks; or none."""
    tiers: dict[int, list[Segment]] = {}
    for segment in segments:
        tiers.setdefault(_tier(segment.chunks), []).append(segment)
    full = [tiers[tier] for tier in sorted(tiers) if len(tiers[tier]) >= FACTOR]
    worn = [[segment] for segment in segments if _DELETED * (len(segment.ids) - segment.chunks) > len(segment.ids)]
    return next(iter([*full, *worn]), [])


def _tier(chunks: int) -> int:
    return 0 if chunks < SMALL else 1 + _tier(chunks // FACTOR)


def merge_segments(segments: Sequence[Segment], folder: Path) -> None:
    """Write one segment of the chunks that these still have. Memory does not grow with the postings."""
    import numpy as np

    alive = [np.ones(len(segment.ids), dtype=bool) if segment.alive is None else segment.alive for segment in segments]
    write_ids(folder, np.concatenate([segment.ids[rows] for segment, rows in zip(segments, alive, strict=True)]))
    moved, before = [], 0
    for rows in alive:
        moved.append(np.where(rows, before + np.cumsum(rows) - 1, -1).astype(np.int32))
        before += int(rows.sum())
    for name in segments[0].fields():
        fields = [segment.postings(name) for segment in segments]
        frequencies, kind = np.unique(
            np.concatenate([field.frequencies for field in fields]), axis=0, return_inverse=True
        )
        kinds = np.split(kind.reshape(-1), np.cumsum([len(field.frequencies) for field in fields])[:-1])
        with FieldWriter(folder / name, frequencies) as writer:
            for terms, places in _ranges(fields):
                _merge_range(writer, terms, places, moved, kinds)
            writer.finish(field.lengths[rows] for field, rows in zip(fields, alive, strict=True))


_Places = Sequence[tuple[Postings, slice, "NDArray[np.int64]"]]
"""Of each segment its field, its terms that are in a range, and the place of each in the range."""


def _ranges(fields: Sequence[Postings]) -> Iterator[tuple[list[bytes], _Places]]:
    """Yield all terms in their order, about `_RANGE` postings at a time."""
    import numpy as np

    streams = [_numbered(field, which) for which, field in enumerate(fields)]
    begun = [0] * len(fields)
    places: list[list[int]] = [[] for _ in fields]
    terms: list[bytes] = []
    postings = 0

    def done() -> tuple[list[bytes], _Places]:
        parts = []
        for which, field in enumerate(fields):
            end = begun[which] + len(places[which])
            parts.append((field, slice(begun[which], end), np.array(places[which], dtype=np.int64)))
            begun[which] = end
            places[which].clear()
        return terms.copy(), parts

    for term, having in itertools.groupby(heapq.merge(*streams), key=itemgetter(0)):
        for _, which, number in having:
            places[which].append(len(terms))
            postings += int(fields[which].starts[number + 1] - fields[which].starts[number])
        terms.append(term)
        if postings >= _RANGE:
            yield done()
            terms.clear()
            postings = 0
    if terms:
        yield done()


def _numbered(field: Postings, which: int) -> Iterator[tuple[bytes, int, int]]:
    return ((field.term(number), which, number) for number in range(len(field)))


def _merge_range(
    writer: FieldWriter,
    terms: list[bytes],
    parts: _Places,
    moved: Sequence[NDArray[np.int32]],
    kinds: Sequence[NDArray[np.int64]],
) -> None:
    """Write the postings of a range of terms.

    Of each segment, `moved` has the new row of each row, -1 for a deleted one, and `kinds` the new number of each kind.
    """
    import numpy as np

    term_parts, row_parts, kind_parts = [], [], []
    for (field, numbers, places), new_rows, new_kinds in zip(parts, moved, kinds, strict=True):
        starts = field.starts[numbers.start : numbers.stop + 1]
        postings = slice(int(starts[0]), int(starts[-1]))
        rows = new_rows[field.rows[postings]]
        kept = rows >= 0
        term_parts.append(np.repeat(places, np.diff(starts))[kept])
        row_parts.append(rows[kept])
        kind_parts.append(new_kinds[field.kinds[postings]][kept])
    term = np.concatenate(term_parts)
    order = np.argsort(term, kind="stable")
    counts = np.bincount(term, minlength=len(terms))
    used = np.flatnonzero(counts)
    if len(used):
        rows, kept_kinds = np.concatenate(row_parts)[order], np.concatenate(kind_parts)[order]
        writer.add([terms[number] for number in used], counts[used], rows, kept_kinds)
