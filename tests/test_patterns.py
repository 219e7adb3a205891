"""No compiled pattern of the project takes more than linear time on texts that are made from its own parts."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
import types
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import eval as eval_package
import ingest
import rag

_parser: Any = importlib.import_module("re._parser")
_CAPPED = frozenset(
    {
        "eval.dataset.column_names._AFTER[0]",
        "eval.dataset.values._SPAN[0]",
        "ingest.formats.hidden_text._NO_SIZE[0]",
        "rag.text.sentences._HEADING[0]",
        "rag.text.sentences._LAST_LATIN[0]",
        "rag.text.sentences._LIST_OR_HEADING[0]",
        "rag.text.signs._NAMED[0]",
    }
)
"""Patterns that are given a few letters, or are matched at one place: they take linear time there."""
_LENGTHS = (24, 60, 250, 1000, 2000, 4000)
_SUSPECT, _GROWTH, _NOISE, _TOO_LONG = 3.0, 8.0, 0.002, 0.3
"""How much longer a longer text may take for its length: twice as long for a suspicion, four times to confirm it.

And from how many seconds on, and the most seconds for a thousand letters.
"""
_SKIPPED = ("gptq", "gguf", "xllamacpp", "hf", "gpt4all", "batch")
MODULES = sorted(
    module.name
    for package in (rag, ingest, eval_package)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not any(part in _SKIPPED for part in module.name.split("."))
)


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every pattern of text by module and name, also those in tuples, lists and mappings."""
    seen: set[int] = set()
    for name in MODULES:
        module = importlib.import_module(name)
        for variable, value in vars(module).items():
            if not isinstance(value, types.ModuleType | type):
                for at, pattern in enumerate(_inside(value, 3)):
                    if id(pattern) not in seen and isinstance(pattern.pattern, str):
                        seen.add(id(pattern))
                        yield f"{name}.{variable}[{at}]", pattern


def _inside(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _inside(item, depth - 1)
    elif depth and isinstance(value, Mapping):
        for item in (*value.keys(), *value.values()):
            yield from _inside(item, depth - 1)


def pieces(tree: Any) -> Iterator[str]:
    """Yield a short text for every node of a parsed pattern: what its parts match once, and twice if they repeat."""
    for operation, argument in tree:
        yield from _below(str(operation), argument)
        yield once([(operation, argument)])


def _below(operation: str, argument: Any) -> Iterator[str]:
    if operation in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        yield from pieces(argument[2])
    elif operation == "SUBPATTERN":
        yield from pieces(argument[3])
    elif operation == "ATOMIC_GROUP":
        yield from pieces(argument)
    elif operation == "BRANCH":
        for branch in argument[1]:
            yield from pieces(branch)
            yield once(branch)


def once(tree: Any) -> str:
    """Return a text that a parsed pattern may match, the shortest but for one turn of what repeats."""
    return "".join(_letters(str(operation), argument) for operation, argument in tree)


def _letters(operation: str, argument: Any) -> str:  # noqa: PLR0911
    if operation == "LITERAL":
        return chr(argument)
    if operation == "NOT_LITERAL":
        return "a" if argument != ord("a") else "b"
    if operation == "ANY":
        return "a"
    if operation == "IN":
        return _member(argument)
    if operation in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return once(argument[2]) * max(1, min(argument[0], 3))
    if operation == "SUBPATTERN":
        return once(argument[3])
    if operation == "ATOMIC_GROUP":
        return once(argument)
    if operation == "BRANCH":
        return once(argument[1][0])
    return ""


def _member(items: Any) -> str:
    if str(items[0][0]) == "NEGATE":
        pattern = _class_of(items)
        return next((letter for letter in "a 1。あ\n-" if pattern(letter)), "\u2603")
    operation, argument = str(items[0][0]), items[0][1]
    if operation == "LITERAL":
        return chr(argument)
    if operation == "RANGE":
        return chr(argument[0])
    return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_DIGIT": "a"}.get(
        str(argument), "a" if str(argument) == "CATEGORY_WORD" else "-"
    )


def _class_of(items: Any) -> Any:
    refused = {chr(argument) for operation, argument in items if str(operation) == "LITERAL"}
    ranges = [argument for operation, argument in items if str(operation) == "RANGE"]
    categories = {str(argument) for operation, argument in items if str(operation) == "CATEGORY"}

    def accepts(letter: str) -> bool:
        if letter in refused or any(first <= ord(letter) <= last for first, last in ranges):
            return False
        space, word = letter.isspace(), letter.isalnum()
        return not (space and "CATEGORY_SPACE" in categories) and not (word and "CATEGORY_WORD" in categories)

    return accepts


def texts(pattern: re.Pattern[str]) -> list[str]:
    """Return what is repeated against a pattern: each of its pieces, and some with the one that follows."""
    found = list(dict.fromkeys(piece for piece in pieces(_parser.parse(pattern.pattern, pattern.flags)) if piece))
    whole = once(_parser.parse(pattern.pattern, pattern.flags))
    return list(dict.fromkeys([*found[:5], whole, whole[:-1], " ", "a", "1", "あ"]))


def seconds(pattern: re.Pattern[str], unit: str, length: int, begin: str) -> float:
    """Return the processor's seconds for a search of all matches in a text of this length that ends otherwise."""
    text = begin + (unit * (length // len(unit) + 1))[:length] + "\u2603"
    began = time.thread_time()
    for _match in pattern.finditer(text):
        pass
    return time.thread_time() - began


def slow(pattern: re.Pattern[str]) -> str | None:
    """Return a text on which a pattern takes more than linear time, None if there is none among those tried."""
    whole = once(_parser.parse(pattern.pattern, pattern.flags))
    for unit in filter(None, texts(pattern)):
        for begin in dict.fromkeys(("", whole)):
            before = float("inf")
            for length in _LENGTHS:
                now = seconds(pattern, unit, length, begin)
                if _too_long(now, length) and _too_long(_least(pattern, unit, length, begin), length):
                    return unit
                if now > _NOISE and now > _SUSPECT * before and _confirmed(pattern, unit, length, begin):
                    return unit
                before = now if length >= _LENGTHS[2] else float("inf")
    return None


def _too_long(took: float, length: int) -> bool:
    return took > _TOO_LONG * length / 1000


def _least(pattern: re.Pattern[str], unit: str, length: int, begin: str) -> float:
    """Return the least of five measurements: other work on the machine can only add to one."""
    return min(seconds(pattern, unit, length, begin) for _ in range(5))


def _confirmed(pattern: re.Pattern[str], unit: str, length: int, begin: str) -> bool:
    """Tell whether four times the text takes over eight times as long (linear: 4, quadratic: 16), three times over."""
    return all(
        _least(pattern, unit, 2 * length, begin) > _GROWTH * _least(pattern, unit, length // 2, begin) for _ in range(3)
    )


@pytest.mark.slow
def test_a_quadratic_pattern_is_found() -> None:
    for source in (r"a+b", r"^# (.+?)\s*#*$", r"([a-z-]+)\s*:\s*([^;]+)", r"\s+$", r"(?:ab)+c"):
        if slow(re.compile(source)) is None:
            pytest.fail(f"{source} takes quadratic time, which was not noticed")
    for source in (r"ab", r"[a-z]{1,20}:", r"(?<!a)a++b"):
        assert slow(re.compile(source)) is None


@pytest.mark.slow
def test_every_pattern_takes_linear_time() -> None:
    found = {name: unit for name, pattern in patterns() if name not in _CAPPED and (unit := slow(pattern)) is not None}
    assert found == {}


def test_patterns_that_may_be_slow_exist() -> None:
    assert _CAPPED - {name for name, _ in patterns()} == frozenset()
