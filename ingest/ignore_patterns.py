"""Match patterns in gitignore syntax in a few passes over a path, even hostile patterns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from rag.errors import SettingsError
from rag.messages import Message

_MOST, _LONGEST = 10_000, 4096
_STAR, _FOLDERS, _LEADING = "[^/]*", "(?:/.+)?", "^(?:.+/)?"
"""What pathspec makes of `*`, and of `**` inside a pattern and at its beginning."""


class _BoundedPattern(GitIgnoreSpecPattern):
    """A pattern whose wildcards, but the last, take the first place that fits: a later one never fits better."""

    @staticmethod
    def _translate_segment_glob(pattern: str, range_error: Any) -> str:
        first, *rest = GitIgnoreSpecPattern._translate_segment_glob(pattern, range_error).split(_STAR)
        if not rest:
            return first
        return first + "".join(f"(?>[^/]*?{piece})" for piece in rest[:-1] if piece) + _STAR + rest[-1]

    @classmethod
    def pattern_to_regex(cls, pattern: Any) -> Any:
        regex, include = super().pattern_to_regex(pattern)
        if regex is None:
            return regex, include
        first, *rest = regex.split(_FOLDERS)
        if not rest:
            return regex, include
        if first.startswith(_LEADING):
            first = f"^(?>(?:[^/]+/)*?{first.removeprefix(_LEADING)}(?=/))"
        middle = "".join(f"(?>(?:/[^/]+)*?{piece}(?=/))" for piece in rest[:-1])
        return first + middle + _FOLDERS + rest[-1], include


def compile_patterns(lines: Iterable[str], where: str) -> GitIgnoreSpec:
    """Return the patterns of these lines. Raises SettingsError for an invalid or long one, or for very many."""
    patterns = []
    for line in lines:
        try:
            if len(line) > _LONGEST:
                raise ValueError(f"it is longer than {_LONGEST} characters")
            patterns.append(_BoundedPattern(unicodedata.normalize("NFC", line)))
        except (ValueError, re.error, RecursionError) as error:
            raise SettingsError(
                Message("The pattern {line!r} is invalid: {error}", line=line[:100], error=error),
                where=where,
                do="Write patterns as in .gitignore.",
            ) from error
        if len(patterns) > _MOST:
            raise SettingsError(
                Message("There are more than {most:,} patterns", most=_MOST), where=where, do="Exclude whole folders."
            )
    return GitIgnoreSpec(patterns, backend="simple")
