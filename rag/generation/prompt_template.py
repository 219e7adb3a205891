"""The template of a prompt: text with {question}, {passages} and {language}, filled in one pass.

What fills it is data, in which braces mean nothing. A part between {if passages} or {if decline} and {end} is left out
where it does not apply; a mark alone on a line takes its line with it. {{name}} stands for the text {name}, and any
other brace for itself. Reading and filling are linear, and nothing in a template is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

QUESTION, PASSAGES, LANGUAGE = "question", "passages", "language"
DECLINE: Final = "decline"
PLACEHOLDERS: Final = (QUESTION, PASSAGES, LANGUAGE)
_SECTIONS: Final = (PASSAGES, DECLINE)
_KNOWN: Final = "{question}, {passages}, {language}, {if passages}, {if decline}, {end}"
_END: Final = "end"
_BRACES: Final = re.compile(
    r"(?:^|(?<=\{end\}))\{(?:if \w+|end)\}\n"  # a mark alone on its line
    r"|\{\{ ?(?:if )?\w+ ?\}\}|\{(?:if )?\w+\}",
    re.MULTILINE,
)
_TOGETHER: Final = (
    "{passages} and {question} are in one paragraph, which cannot go where there are no passages; put a blank line "
    "between them, or {if passages} and {end} around what shall go"
)
_BETWEEN_PARAGRAPHS: Final = re.compile(r"(\n(?:[ \t]*\n)+)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Literal text, or the name of a placeholder; `within` are the sections around it."""

    text: str
    placeholder: bool
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template that is ready to be filled: its parts, and the names of the placeholders and sections in it."""

    pieces: tuple[_Piece, ...]

    @classmethod
    def parse(cls, text: str, above: int = 0, placeholders: Collection[str] = PLACEHOLDERS) -> Template:
        """Read a template, `above` lines down its file. Raises ValueError, whose text says in which line is a fault."""
        return cls(tuple(_pieces(_with_passages_section(text, above), above, placeholders)))

    @property
    def words(self) -> str:
        """The text without its placeholders."""
        return "".join(piece.text for piece in self.pieces if not piece.placeholder)

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the placeholders."""
        return frozenset(piece.text for piece in self.pieces if piece.placeholder)

    @property
    def unconditional(self) -> frozenset[str]:
        """The names of the placeholders outside all sections."""
        return frozenset(piece.text for piece in self.pieces if piece.placeholder and not piece.within)

    @property
    def sections(self) -> frozenset[str]:
        """The names of the sections."""
        return frozenset(section for piece in self.pieces for section in piece.within)

    def fill(self, values: Mapping[str, str], sections: Collection[str]) -> str:
        """Return the text with `values` in place of their placeholders, and of its sections only those named."""
        return "".join(
            values[piece.text] if piece.placeholder else piece.text
            for piece in self.pieces
            if all(section in sections for section in piece.within)
        )


def _pieces(text: str, above: int, placeholders: Collection[str]) -> Iterator[_Piece]:
    open_sections: tuple[str, ...] = ()
    end = 0
    for match in _BRACES.finditer(text):
        if match.start() > end:
            yield _Piece(text[end : match.start()], False, open_sections)
        end = match.end()
        name = match[0].strip("{} \n")
        if match[0].startswith("{{"):
            if name in placeholders:
                raise _fault(f"placeholders have single braces here: {{{name}}}", text, match.start(), above)
            yield _Piece(f"{{{name}}}", False, open_sections)
        elif name == _END:
            if not open_sections:
                raise _fault("{end} ends nothing: there is no {if ...} before it", text, match.start(), above)
            open_sections = open_sections[:-1]
        elif name.removeprefix("if ") in (_SECTIONS if name.startswith("if ") else placeholders):
            if name.startswith("if "):
                open_sections = (*open_sections, name.removeprefix("if "))
            else:
                yield _Piece(name, True, open_sections)
        else:
            what = f"{{{name}}} is not known (known are {_KNOWN}); write {{{{{name}}}}} for the text {{{name}}}"
            raise _fault(what, text, match.start(), above)
    if open_sections:
        raise _fault(f"{{if {open_sections[-1]}}} is not ended by {{end}}", text, len(text), above)
    yield _Piece(text[end:], False, ())


def _with_passages_section(text: str, above: int) -> str:
    """Make the paragraph of {passages} a section, if the template does not say itself what goes without passages."""
    if f"{{{PASSAGES}}}" not in text or f"{{if {PASSAGES}}}" in text:
        return text
    parts = _BETWEEN_PARAGRAPHS.split(text)
    for at in range(0, len(parts), 2):
        if f"{{{PASSAGES}}}" not in parts[at]:
            continue
        if f"{{{QUESTION}}}" in parts[at]:
            start = sum(map(len, parts[:at])) + parts[at].index(f"{{{PASSAGES}}}")
            raise _fault(_TOGETHER, text, start, above)
        last = at + 1 == len(parts)
        before, after = at - 1 if last and at else at, at if last else at + 1
        parts[before] = f"{{if {PASSAGES}}}{parts[before]}"
        parts[after] = f"{parts[after]}{{{_END}}}"
    return "".join(parts)


def _fault(what: str, text: str, at: int, above: int) -> ValueError:
    return ValueError(f"line {above + text.count(chr(10), 0, at) + 1}: {what}")
