"""Connected components: group entries that share keys, directly or through others."""

from __future__ import annotations

from collections.abc import Sequence


def connected(keys: Sequence[Sequence[str]]) -> list[str]:
    """Return the name of each entry's group; entries with a common key belong to one group, and so on from there.

    A group is named by the first key of its first entry.

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
