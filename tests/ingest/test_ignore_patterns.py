"""Patterns match as pathspec's own do, and in a time that hardly grows with their wildcards."""

from __future__ import annotations

import random
import time

import pytest
from pathspec import GitIgnoreSpec

from ingest.ignore_patterns import compile_patterns
from rag.errors import SettingsError


def generated(choice: random.Random, letters: str, length: int) -> str:
    return "".join(choice.choice(letters) for _ in range(choice.randint(1, length)))


@pytest.mark.parametrize("seed", range(8))
def test_they_match_as_pathspec_does(seed: int) -> None:
    choice = random.Random(seed)
    for _ in range(150):
        segments = [
            choice.choice(["**", "*", generated(choice, "ab*?.", 5), generated(choice, "ab", 2), "[!a]*b"])
            for _ in range(choice.randint(1, 5))
        ]
        line = choice.choice(["", "", "/", "!"]) + "/".join(segments) + choice.choice(["", "", "/"])
        ours, pathspec = (
            compile_patterns(["*", line] if line[0] == "!" else [line], "x"),
            GitIgnoreSpec.from_lines(["*", line] if line[0] == "!" else [line], backend="simple"),
        )
        for _ in range(40):
            path = "/".join(generated(choice, "ab.", 4) for _ in range(choice.randint(1, 6)))
            path += choice.choice(["", "", "/"])
            assert ours.match_file(path) == pathspec.match_file(path), (line, path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a*" * 30 + "b", "a" * 255),
        ("*a" * 100 + "b", "a" * 255),
        ("**/a/" * 30 + "b", "a/" * 200 + "c"),
        ("a/**/" * 30 + "b", "a/" * 200 + "c"),
        ("**/" * 500 + "a", "b/" * 200 + "c"),
        ("**/*a*a/" * 20 + "b", "aaaa/" * 100 + "c"),
        ("*" * 4000 + "b", "a" * 255),
        ("?*" * 100 + "b", "a" * 255),
    ],
)
def test_wildcards_take_no_time(line: str, path: str) -> None:
    began = time.process_time()
    for pattern, name in ((line, path), (line + line[: 4096 - len(line)], path), (line, path + path)):
        assert not compile_patterns([pattern], "x").match_file(name)
    assert time.process_time() - began < 3


def test_very_many_and_very_long_ones_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"more than 10,000 patterns \(\.kotaeignore\)"):
        compile_patterns((f"a{at}" for at in range(10**9)), ".kotaeignore")
    with pytest.raises(SettingsError, match="longer than 4096"):
        compile_patterns(["a" * 5000], "x")
