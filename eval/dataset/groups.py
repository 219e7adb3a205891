"""Groups of what belongs together, directly or through others."""

from __future__ import annotations

from collections.abc import Sequence


def connected(keys: Sequence[Sequence[str]]) -> list[str]:
    """A name for the group of each entry: entries with a key in common are of one group, and so are their neighbours.

    The name is the first key of the group's first entry.

    >>> connected([["a"], ["b", "c"], ["a", "c"], ["d"]])
    ['a', 'a', 'a', 'd']
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for entry in keys:
        first, *others = [root(key) for key in entry]
        for other in others:
            parent[other] = first
    names: dict[str, str] = {}
    return [names.setdefault(root(entry[0]), entry[0]) for entry in keys]
