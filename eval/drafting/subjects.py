"""English sentences that tell of what their document is about, with its title in place of "It" or "the bridge"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.records import Chunk
from rag.text.sentences import Span, sentences

_ASIDE: Final = re.compile(r"\s{0,9}\(([^()]{0,200})\)")
_THING: Final = re.compile(r"It\b(?!')|Its\b(?=\s\w)")
_ANYBODY: Final = re.compile(rf"{_THING.pattern}|(?:He|She)\b(?!')|(?:His|Her)\b(?=\s\w)")
_OWNED: Final = frozenset({"Its", "His", "Her"})
_OTHER: Final = r"(?! (?:of|d[aei]l?|v[ao]n|della)\b|(?:,? and the)? [A-Z]|-|'s [A-Z])"
"""What does not follow a name that stands for itself: the Treaty of Madrid is not the Treaty of Tordesillas."""


def plain_title(title: str) -> str:
    """Return a title without what is in brackets: Giotto of "Giotto (spacecraft)"."""
    return _ASIDE.sub("", title).strip()


def sentences_about_title(chunk: Chunk) -> Iterator[tuple[Span, str]]:
    """Yield the sentences of a passage that name its title, by a word of it or a pronoun, with the title in its place.

    A pronoun stands for the title where the sentence before it begins with the title or a pronoun for it; "He" does
    not behind "It".
    """
    title = plain_title(chunk.title)
    if not title:
        return
    name = re.escape(title)
    named = re.compile(rf"(?i:\b(?:the )?{name}\b){_OTHER}")
    noun = re.compile(
        rf"(?:\bthe (?:{'|'.join(_nouns(chunk.title))})|(?<!\w ){name.split(chr(32))[-1]})\b{_OTHER}(?= [a-z(]|[,.;])"
    )
    article = "the " if re.search(rf"\bthe {name}\b", chunk.text, re.IGNORECASE) else ""
    pronoun: re.Pattern[str] | None = None
    for span in sentences(chunk.text):
        text = chunk.text[span.start : span.end]
        match = named.search(text) or noun.search(text[:1].lower() + text[1:]) or noun.search(text)
        if match is None and pronoun is not None:
            match = pronoun.match(text)
        begins = match is not None and match.start() == 0
        pronoun = (_THING if _THING.match(text) else _ANYBODY) if begins else None
        if match is not None:
            subject = match[0] if match.re is named else f"{article}{title}"
            owner = "'s" if match[0] in _OWNED else ""
            renamed = f"{text[: match.start()]}{subject}{owner}{text[match.end() :]}"
            yield span, renamed[:1].upper() + renamed[1:]


def _nouns(title: str) -> list[str]:
    """Return the words that a text may call what a title names: bridge of "Forth Bridge"."""
    heads = [
        plain_title(title).partition(" of ")[0].split()[-1],
        *(words[-1] for aside in _ASIDE.findall(title) if (words := aside.split())),
    ]
    first = plain_title(title).split()[0]
    return [re.escape(word.lower()) for word in [*heads, *([first] if first in ("Lake", "Mount") else [])]]
