"""Options that a question marks with letters or numbers: A. 青森県 B. 長野県; ア：x イ：y; (1) x (2) y; ①x②y.

`spelt` writes ① and ㋐ as (1) and (ア), which NFKC would join with the text beside them. `read_options` finds the
options of a question, `markers_in` the letters of an answer that choose one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ALPHABETS = ("ABCDEFGHIJ", "abcdefghij", "アイウエオカキクケコ", "イロハニホヘト", "あいうえお", "123456789")
_CIRCLED = {
    ord(char): f" ({unicodedata.normalize('NFKC', char)}) "
    for char in [*map(chr, range(0x2460, 0x2474)), *map(chr, range(0x24B6, 0x24EA)), *map(chr, range(0x32D0, 0x32FF))]
} | {
    ord(char): f" ({i}) "
    for start in (0x2776, 0x2780, 0x278A)
    for i, char in enumerate(map(chr, range(start, start + 9)), 1)
}
_OPTION_LENGTH = 120  # characters; what follows is no option
_OPTION_ENDS = re.compile(r"\n|[。?!「\"]|(?:の(?:中から|うち|どれ|いずれ)|から(?:1つ|一つ|選))")
_BEFORE_EN = re.compile(
    r"(?:^|[^\w\s]\s{0,9}|\n\s{0,9}|\b(?:option|choice|letter|answer|is|be|was|with|select|choose|chose|pick"
    r"|picked|or|and|not|so|therefore|thus|than|to|say|number|no|for|was|as|label|class|category)\s{1,9}"
    r"(?:the (?:option|letter|answer) )?)$",
    re.IGNORECASE,
)
_BEFORE_JA = re.compile(r"(?:選択肢|記号|番号|答え?|正解|肢|番|[はがもとかや、。]|である|として)\s*[「(\[]?$")
_AFTER = re.compile(
    r"\s{0,9}(?:$|[.:,)\]」』。、;!\"'/\n-]|です|でし|だ|で|が|を|に|と|の|は|も|か|番|つ目|という|及び"
    r"|(?:is|are|was|and|or|because|since|as|seems?|rather|instead|not)\b)"
)
_ARTICLE = re.compile(
    r"\s+(?:is|are|was|and|or|because|since|rather|instead|not)\b|\s*(?:$|[^\w\s])|[ぁ-んァ-ヴ一-鿿]|\s*\n"
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its letter or number as written, and its text."""

    marker: str
    text: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A letter or number at `start:end` of an answer."""

    text: str
    start: int
    end: int


def spelt(text: str) -> str:
    """Return `text` with circled letters and numbers in round brackets.

    >>> spelt("③海")
    ' (3) 海'
    """
    return text.translate(_CIRCLED)


def read_options(question: str) -> tuple[Option, ...]:
    """Return the options of a question as it is written, or () if it marks none.

    >>> [option.text for option in read_options("首都はどれですか。A. 東京 B. 京都")]
    ['東京', '京都']
    """
    text = unicodedata.normalize("NFKC", spelt(question))
    found = [_chain(text, alphabet, strong=strong) for strong in (True, False) for alphabet in _ALPHABETS]
    return max(found, key=len)


def _chain(text: str, alphabet: str, *, strong: bool) -> tuple[Option, ...]:
    """Return the options marked by the letters of an alphabet in order; `strong` asks for a sign after each letter."""
    marks: list[re.Match[str]] = []
    for letter in alphabet:
        end = rf"(?<![^\W_ぁ-んァ-ヴ一-鿿ー])[(\[【]?\s*{letter}\s?(?:[)\]】.:]|(?<=[ァ-ヴ])、)(?!\d)\s*"
        pattern = end if strong else rf"(?:(?<=\s)|(?<=。)|^){letter}\s+(?=\S)"
        match = re.compile(pattern).search(text, marks[-1].end() if marks else 0)
        if match is None or (not strong and letter == "1"):
            break
        marks.append(match)
    options = []
    for i, mark in enumerate(marks):
        last = i + 1 == len(marks)
        inside = text[mark.end() : mark.end() + _OPTION_LENGTH if last else marks[i + 1].start()].strip()
        cut = _OPTION_ENDS.search(inside) if last else re.search(r"\n", inside)
        inside = (inside[: cut.start()] if cut and cut.start() else inside).strip(' 、。,;・/()\n"「」')
        if not any(char.isalnum() for char in inside):
            return ()
        options.append(Option(alphabet[i], inside))
    return tuple(options) if len(options) > (1 if strong else 2) else ()


def markers_in(text: str, markers: Sequence[str]) -> Iterator[Marker]:
    """Yield the letters of a canonical answer that stand for an option, not for a word."""
    if not markers:
        return
    whole = text.strip(" ()[]「」『』\"'.。:,、")
    for match in re.finditer("|".join(map(re.escape, markers)), text, re.IGNORECASE):
        marker, before, after = (
            match.group(),
            text[max(0, match.start() - 24) : match.start()],
            text[match.end() :][:24],
        )
        if whole == marker or _stands_alone(marker, before, after, markers):
            yield Marker(marker, match.start(), match.end())


_IS_RIGHT = re.compile(r"\s(?:is|was) (?:the )?(?:correct|right|best|answer)\b", re.IGNORECASE)


def _stands_alone(marker: str, before: str, after: str, markers: Sequence[str]) -> bool:
    if re.match(r"[A-Za-z0-9ァ-ヴー]", after) or re.search(r"[A-Za-z0-9ァ-ヴー'.-]$", before):
        return False
    if (re.search(r"[(\[]$", before) and re.match(r"[)\]]", after)) or (marker in markers and _IS_RIGHT.match(after)):
        return True
    if marker not in markers:  # in the other case of letters
        return bool(re.search(r"\b(?:option|choice|letter)\s+$", before, re.IGNORECASE)) or (
            not before.strip() and bool(re.match(r"\s*[.):]", after))
        )
    if marker.isdigit() and re.match(r"\s*(?:[,、]\s*\d|つ(?!目)|[年月日人個本])", after):
        return False
    if marker in "AI" and not _ARTICLE.match(after):
        return False
    placed = not before.strip() or _BEFORE_EN.search(before) or _BEFORE_JA.search(before)
    return bool(placed) and _AFTER.match(after) is not None
