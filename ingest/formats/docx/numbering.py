"""Automatic numbers of Word's paragraphs (第2条, 1.1, ア): the definitions of numbering.xml, and counting by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.formats.blocks import BULLET
from ingest.formats.docx.number_formats import write_number
from ingest.formats.docx.styles import ParagraphStyles, attribute, is_on, value_of
from rag.text.letters import HIRAGANA, KANJI
from rag.text.office_package import OfficePackage

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACEHOLDER = re.compile(r"%([1-9])")
_LEVELS = 9
_NUMBER = re.compile(r"-?\d{1,9}")
_WORDS = re.compile(rf"\w.*\w|[{HIRAGANA}ァ-ヺ{KANJI}]")  # a bullet of one Latin letter is a picture in a font of signs


@dataclass(frozen=True, slots=True)
class NumberLevel:
    """A level of a list. `restart` is the number of levels above it any of which restarts it; None: all of them."""

    start: int = 1
    number_format: str = "decimal"
    pattern: str = ""
    text: str = ""
    restart: int | None = None
    legal: bool = False
    after: str = " "
    hidden: bool = False


@dataclass(slots=True)
class _List:
    """A w:num: its levels, the starts that are its own, and the counts it shares with others of its definition."""

    levels: dict[int, NumberLevel]
    starts: dict[int, int]
    counts: dict[int, int]
    by_style: dict[str, int]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """The lists of a document and where each has come to; paragraphs are to be asked for in their order."""

    def __init__(self, root: Any = None, styles: ParagraphStyles | None = None) -> None:
        self._styles = styles or ParagraphStyles()
        self._lists = {} if root is None else _lists(root, self._styles)

    @classmethod
    def of(cls, package: OfficePackage, part: str, styles: ParagraphStyles) -> Numbering:
        """Return the numbering of the document that a part is."""
        parts = package.related(part, "numbering")
        return cls(package.tree(parts[0]) if parts else None, styles)

    def advance(self, paragraph: Any) -> str | None:
        """Return a paragraph's number with what divides it from the text; None for a paragraph without one."""
        settings = paragraph.find(f"{_W}pPr")
        style = self._styles.of(paragraph)
        direct = None if settings is None else settings.find(f"{_W}numPr")
        number, level = self._placed(direct, style)
        numbered = self._lists.get(number)
        if numbered is None or level not in numbered.levels or _is_not_there(settings):
            return None
        return _count(numbered, level)

    def _placed(self, direct: Any, style: str) -> tuple[str, int]:
        """Return the list and level of a paragraph, by its own settings and those of its style."""
        number, own_level = ("", "") if direct is None else (value_of(direct, "numId"), value_of(direct, "ilvl"))
        number = number or self._styles.numbers.get(style, "")
        if own_level:
            return number, _integer(own_level, 0)
        numbered = self._lists.get(number)
        levels = numbered.by_style if numbered else {}
        level = next((levels[name] for name in self._styles.chain(style) if name in levels), None)
        return number, self._styles.levels.get(style, 0) if level is None else level


def _count(numbered: _List, level: int) -> str:
    if level in numbered.starts and level not in numbered.begun:
        numbered.counts.pop(level, None)
    numbered.begun.add(level)
    counts, definition = numbered.counts, numbered.levels[level]
    counts[level] = counts.get(level, _start(numbered, level) - 1) + 1
    for deeper in [at for at in counts if at > level]:
        restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
        if restart is None or level < restart:
            del counts[deeper]
    if definition.hidden:
        return ""
    if definition.number_format == "bullet":
        return f"{definition.text} " if _WORDS.search(definition.text) else BULLET
    return _written(numbered, level)


def _written(numbered: _List, level: int) -> str:
    definition = numbered.levels[level]

    def figure(match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        shape = numbered.levels.get(at)
        if shape is None:
            return ""
        number = numbered.counts.get(at, _start(numbered, at))
        return write_number(number, "decimal" if definition.legal else shape.number_format, shape.pattern)

    text = _PLACEHOLDER.sub(figure, definition.text)
    return text + definition.after if text.strip() else ""


def _start(numbered: _List, level: int) -> int:
    return numbered.starts.get(level, numbered.levels[level].start if level in numbered.levels else 1)


def _is_not_there(settings: Any) -> bool:
    """Tell whether a paragraph's end is deleted or hidden, so that Word does not count the paragraph."""
    mark = None if settings is None else settings.find(f"{_W}rPr")
    if mark is None:
        return False
    return (
        mark.find(f"{_W}del") is not None or mark.find(f"{_W}moveFrom") is not None or is_on(mark.find(f"{_W}vanish"))
    )


def _lists(root: Any, styles: ParagraphStyles) -> dict[str, _List]:
    definitions = {attribute(element, "abstractNumId"): element for element in root.iter(f"{_W}abstractNum")}
    of_number = {attribute(num, "numId"): value_of(num, "abstractNumId") for num in root.iter(f"{_W}num")}
    shared: dict[str, _List] = {}
    for key in definitions:
        at = _linked(key, definitions, of_number, styles)
        levels: dict[int, NumberLevel] = {}
        by_style: dict[str, int] = {}
        for element in definitions[at].iterfind(f"{_W}lvl"):
            level = _integer(attribute(element, "ilvl"), 0)
            if 0 <= level < _LEVELS:
                levels[level] = _level(element)
                by_style.setdefault(value_of(element, "pStyle"), level)
        shared[key] = _List(levels, {}, {}, by_style)
    lists = {}
    for num in root.iter(f"{_W}num"):
        base = shared.get(value_of(num, "abstractNumId"))
        if base is not None:
            lists[attribute(num, "numId")] = _overridden(base, num)
    lists.pop("0", None)  # no list: a paragraph that leaves its style's
    return lists


def _linked(key: str, definitions: Mapping[str, Any], of_number: Mapping[str, str], styles: ParagraphStyles) -> str:
    """Return the definition that has the levels of a definition, which may refer to that of a style of lists."""
    seen = {key}
    while link := value_of(definitions[key], "numStyleLink"):
        at = of_number.get(styles.numbers.get(link, ""), "")
        if at not in definitions or at in seen:
            at = next((name for name, element in definitions.items() if value_of(element, "styleLink") == link), "")
        if at not in definitions or at in seen:
            break
        seen.add(at)
        key = at
    return key


def _overridden(base: _List, num: Any) -> _List:
    levels, starts = dict(base.levels), {}
    for override in num.iterfind(f"{_W}lvlOverride"):
        level = _integer(attribute(override, "ilvl"), 0)
        if not 0 <= level < _LEVELS:
            continue
        element = override.find(f"{_W}lvl")
        if element is not None:
            levels[level] = _level(element)
            if element.find(f"{_W}start") is not None and override.find(f"{_W}startOverride") is None:
                starts[level] = levels[level].start
        if number := value_of(override, "startOverride"):
            starts[level] = _integer(number, 1)
    return replace(base, levels=levels, starts=starts, begun=set())


def _level(element: Any) -> NumberLevel:
    shape = next(element.iter(f"{_W}numFmt"), None)  # "custom" has a fallback beside it, second
    restart = value_of(element, "lvlRestart")
    return NumberLevel(
        start=_integer(value_of(element, "start"), 0),
        number_format="decimal" if shape is None else attribute(shape, "val"),
        pattern="" if shape is None else attribute(shape, "format"),
        text=value_of(element, "lvlText"),
        restart=_integer(restart, 0) if restart else None,
        legal=is_on(element.find(f"{_W}isLgl")),
        after="" if value_of(element, "suff") == "nothing" else " ",
        hidden=is_on(element.find(f"{_W}rPr/{_W}vanish")),
    )


def _integer(text: str, otherwise: int) -> int:
    return int(text) if _NUMBER.fullmatch(text) else otherwise
