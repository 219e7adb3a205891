"""Phrases that models put around an answer, questions, and the shapes of answers: verdicts that no phrasing may change.

`phrases/ja.txt` and `phrases/en.txt` hold templates by register and place, alternatives in braces; expanded, there
are more than 2,000 of each language. `draw` is the grammar: phrases before and after an answer, in a shape.
"""

from __future__ import annotations

import functools
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.eval.grading.phrased_questions import FOLDER, Asked, questions


@dataclass(frozen=True)
class Phrase:
    """A phrase of a language and register, said `before` or after an answer; its template numbered by `line`."""

    text: str
    language: str
    register: str
    before: bool
    line: int


@dataclass(frozen=True)
class Phrased:
    """An answer in a phrasing, and whether its content is right."""

    asked: Asked
    answer: str
    right: bool
    phrases: tuple[Phrase, ...]
    shape: str


SHAPES: dict[str, Callable[[str, str], str]] = {
    "plain": lambda text, _: text,
    "bold": lambda text, _: f"**{text}**",
    "list": lambda text, _: f"\n- {text}\n",
    "json": lambda text, _: "\n" + json.dumps({"answer": text}, ensure_ascii=False) + "\n",
    "xml": lambda text, _: f"\n<answer>{text}</answer>\n",
    "quoted": lambda text, language: f"「{text}」" if language == "ja" else f'"{text}"',
    "fence": lambda text, _: f"\n```\n{text}\n```\n",
}
_ASSENTS = re.compile(
    r"^(?:yes|sure|certainly|absolutely|definitely|of course|indeed|right|no|not|ok(?:ay)?|alright)\b"
    r"|^(?:はい|ええ|うん|もちろん|そう|なるほど|その通り)",
    re.IGNORECASE,
)
THOUGHTS = ("", "<think>Is it {wrong}? Or {right}? Let me think.</think>\n", "<think>{right}か{wrong}か。</think>\n")


def expand(template: str) -> Iterator[str]:
    parts = re.split(r"\{([^{}]*)\}", template)
    options = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return ("".join(chosen) for chosen in itertools.product(*options))


@functools.cache
def phrases(language: str) -> tuple[Phrase, ...]:
    found, register, place = [], "", ""
    for number, line in enumerate((FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            register, place = line[2:].split()
        elif line:
            found += [Phrase(text, language, register, place == "before", number) for text in expand(line)]
    return tuple(found)


def draw(rng: random.Random, chosen: Callable[[Phrase], bool] = lambda _: True) -> Phrased:
    """An answer drawn from the grammar; one in ten Japanese questions is answered in English."""
    asked = rng.choice(questions())
    language = "en" if asked.language == "ja" and rng.random() < 0.1 else asked.language
    content = rng.choice(asked.contents(language))
    pool = [
        phrase for phrase in _pool(language) if chosen(phrase) and not (asked.polar and _ASSENTS.search(phrase.text))
    ]
    before = [p for p in rng.sample(pool, 12) if p.before][: rng.choice((0, 1, 1, 2))]
    after = [p for p in rng.sample(pool, 12) if not p.before][: rng.choice((0, 1, 1, 2))]
    shape = rng.choice(list(SHAPES)) if rng.random() < 0.5 else "plain"
    text = SHAPES[shape](rng.choice(content.frames[language]).format(content.text), language)
    thought = (rng.choice(THOUGHTS) if rng.random() < 0.2 else "").format(
        right=asked.right[language], wrong=asked.wrong
    )
    answer = thought + join([p.text for p in before], text, [p.text for p in after])
    return Phrased(asked, answer, content.right, (*before, *after), shape)


@functools.cache
def _pool(language: str) -> tuple[Phrase, ...]:
    """Phrases so that each template has the same weight: as many of each as the smaller ones have."""
    rng = random.Random(0)
    by_line = itertools.groupby(phrases(language), key=lambda phrase: phrase.line)
    groups = [list(group) for _, group in by_line]
    return tuple(phrase for group in groups for phrase in rng.sample(group, min(len(group), 12)))


def join(before: list[str], text: str, after: list[str]) -> str:
    """Put phrases around a text: Japanese without blanks, English with; what introduces goes on in the sentence."""
    for phrase in reversed(before):
        space = "\n" if phrase[-1].isdigit() else "" if not phrase.isascii() or text.startswith("\n") else " "
        if phrase.isascii() and not re.search(r"[.!?:\]]$", phrase):
            text = text[:1].lower() + text[1:] if text.startswith(("It ", "The ")) else text
        text = phrase + space + text
    for phrase in after:
        opened = re.search(r"[.。!?\n）)」\"]$", text) is None
        text += ("\n" if opened else " " if phrase.isascii() else "") + phrase
    return text
