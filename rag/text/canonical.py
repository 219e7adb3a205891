"""The canonical form of an answer or a reference: NFKC without markup, with numerals as digits and signs written out.

`canonical` comes before all reading of answers; offsets of tokens and sentences count in its text. Documents have
`canonical_document`, as what answers are found in. NFKC is that of Unicode Standard Annex #15.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from rag.text.letters import KANA_BLOCK, KANJI
from rag.text.numerals import to_digits
from rag.text.signs import write_japanese_signs, write_signs

_SUPERSCRIPT = re.compile(r"(?<=\d)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUPERSCRIPT_DIGIT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_PUNCTUATION = str.maketrans("‘’“”‐‑‒–—―−〜∼､｡", "''\"\"-------~~、。")
_CUT = re.compile(
    r"</answer>|<\|im_end\|>|<\|endoftext\|>|</s>|\n\s*(?:Question|Q|Human|User|質問|問題|問)\s*[:：]|\n\s*<prompt>",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<think>(?:(?!</?think>).)*+</think>|<[/a-z][^<>\n]{0,40}>|```\w*|\*\*|__|`|(?m:^\s{0,9}#{1,6}\s)"
    r"|\[\d{1,2}\](?!\()(?:\s?(?:[-~,、]|,?\s?(?:and|or|&))?\s?\[\d{1,2}\](?!\())*|【\d{1,2}】"
    r"|\\[()\[\]]",
    re.I | re.S,
)
_BULLET = re.compile(r"(?m)^[ \t]*(?:[-*•・▪◦–]\s+|・)")
_NUMBERED = re.compile(r"(?m)^[ \t]*\(?(\d{1,2})[.)]\s+(?=\S)")
_CONTRACTED = re.compile(r"\b(it|that|he|she|there|this)'s\b", re.IGNORECASE)


def nfkc(text: str) -> str:
    """Apply NFKC, unify quotation marks, dashes and waves, and drop control and zero-width characters."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = _SUPERSCRIPT.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPT_DIGIT) if len(m.group()) > 0 else "", text)
    text = re.sub(r"(?<![\w)%°])(?<![\w)%°]\s)−\s(?=\d)", "-", text)
    text = re.sub(r"(?<=\d)(?=[¼½¾⅐-⅞])", " ", text)
    text = unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).replace("\r\n", "\n").replace("⁄", "/")
    kept = (
        char if char == "\n" or unicodedata.category(char)[0] != "C" else " " if char == "\t" else "" for char in text
    )
    return re.sub(r"[^\S\n]+", " ", "".join(kept)).strip()


def answer_end(text: str) -> int:
    """Return where an answer ends: before a further question that a model goes on with, or at the end of `text`."""
    cut = _CUT.search(text)
    return len(text) if cut is None or not text[: cut.start()].strip() else cut.start()


def strip_markup(text: str) -> str:
    """Remove markdown, tags, list marks and whatever a model writes after its answer (a further question)."""
    return _without_markup(text[: answer_end(text)])


def _without_markup(text: str) -> str:
    text = _MARKUP.sub("", re.sub(r"\\boxed\{([^{}]*)\}", r"\1", text))
    text = _BULLET.sub("", text)
    numbers = [int(match.group(1)) for match in _NUMBERED.finditer(text)]
    if numbers and numbers == list(range(1, len(numbers) + 1)):
        text = _NUMBERED.sub("", text)
    return re.sub(rf"(?<=[{KANA_BLOCK}{KANJI}、。]) +(?=[{KANA_BLOCK}{KANJI}])", "", text).strip()


@functools.lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return the form that is graded: NFKC, no markup, digits for numerals, signs, no spaces inside Japanese.

    >>> canonical("**答え**：　二〇〇一年"), canonical("It's nine planets")
    ('答え: 2001年', 'It is 9 planets')
    """
    return _written(strip_markup(nfkc(text)))


def canonical_document(text: str) -> str:
    """Return the canonical form of a text that no model wrote, to its end: it may hold questions of its own."""
    return _written(_without_markup(nfkc(text)))


def _written(plain: str) -> str:
    return write_signs(to_digits(write_japanese_signs(_CONTRACTED.sub(r"\1 is", plain))))
