"""Find what an answer repeats from the question, or quotes: the subject of a verdict, never the verdict itself.

`without_echo` drops the question where it is repeated whole, and its tasks ("Classify each as ..."), with or without
quotation marks. `mask_quotations` empties the quotation marks around anything but a label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from eval.grading.text import sentences

_QUOTED = re.compile(r"「([^「」]*)」|『([^『』]*)』|\"([^\"\n]*)\"|(?<![A-Za-z])'([^'\n]{6,})'(?![A-Za-z])")
_SENTENCE_END = re.compile(r"[。.!?]$")
_AFTER_ECHO = re.compile(r"[\s\"'」』)\]。.,:;?!、]*")
_NAME_LENGTH = 12  # signs; a longer quotation is a statement
_TASK_LENGTH = 8  # signs that a sentence of the question needs before its repetition is an echo of it


def without_echo(question: str, answer: str, kept: Sequence[str] = ()) -> str:
    """Return a canonical answer without the question and without the sentences of it that hold nothing of `kept`.

    `kept` is the statement that the question is about, which affirms where it stands alone, or the items to classify.

    >>> without_echo('Classify as A or B: whale.', 'Classify as A or B: whale. It is A.')
    'It is A.'
    """
    answer = _without(answer, _signs(question))
    held = [signs for text in kept if (signs := _signs(text))]
    for task in map(_signs, sentences(question)):
        if len(task) >= _TASK_LENGTH and not any(signs in task or task in signs for signs in held):
            answer = _without(answer, task)
    return answer


def mask_quotations(question: str, answer: str, is_label: Callable[[str], bool]) -> str:
    """Return a canonical answer with the quotation marks emptied that hold a statement; those around a label stay.

    Marks around the whole answer are dropped, unless the question has what is in them.
    """
    asked = _signs(question)

    def masked(match: re.Match[str]) -> str:
        inner = next(group for group in match.groups() if group is not None)
        signs = _signs(inner)
        if not signs or is_label(inner):
            return match.group()
        whole = not any(char.isalnum() for char in answer[: match.start()] + answer[match.end() :])
        if whole and signs not in asked:
            return inner
        name = signs not in asked and len(signs) < _NAME_LENGTH and _SENTENCE_END.search(inner) is None
        return match.group() if name else match.group()[0] + match.group()[-1]

    return _QUOTED.sub(masked, answer, count=_MOST_QUOTATIONS)


_MOST_QUOTATIONS = 40


def _signs(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _without(answer: str, wanted: str) -> str:
    """Return `answer` without every occurrence of the letters `wanted`, whatever signs and blanks are between them."""
    places = [i for i, char in enumerate(answer) for letter in char.casefold() if letter.isalnum()]
    held = "".join(letter for char in answer for letter in char.casefold() if letter.isalnum())
    kept, cursor, at = [], 0, held.find(wanted) if wanted else -1
    while at >= 0:
        first, last = places[at], places[at + len(wanted) - 1] + 1
        if not (_joins(answer[first - 1 : first]) or _joins(answer[last : last + 1])):
            kept.append(answer[cursor:first].rstrip(" \"'「『(["))
            after = _AFTER_ECHO.match(answer, last)
            cursor = after.end() if after else last
        at = held.find(wanted, at + len(wanted))
    return "\n".join(filter(None, [*kept, answer[cursor:]])).strip() if kept else answer


def _joins(char: str) -> bool:
    """Return whether a letter next to an echo makes it part of a longer word."""
    return char.isascii() and char.isalnum()
