"""Readings and notes that are written into plain text: ｜漢字《かんじ》 and ［＃…］ of Aozora Bunko, and <ruby>.

They break words, so that a search does not find 無鉄砲 in 無鉄砲《むてっぽう》.
"""

from __future__ import annotations

import re
from typing import Final

from rag.text.letters import HIRAGANA, KANJI, KATAKANA

_BASE: Final = r"([^｜|《》()（）「」。、\s][^｜|《》()（）「」。、\n]{0,40})"
_KANA: Final = rf"[{HIRAGANA}{KATAKANA}・　 ]{{1,60}}"
_MARKED: Final = re.compile(f"[｜|]{_BASE}《{_KANA}》")
_MARKED_ANYHOW: Final = re.compile(f"[｜|]{_BASE}(?:《{_KANA}》|[(（]{_KANA}[)）])")
_WIDE: Final = re.compile(f"｜{_BASE}《{_KANA}》")
_TABLE: Final = re.compile(r"\|\s{0,9}\n|\|\s{0,9}:?--")
_READING: Final = re.compile(rf"(?<=[{KANJI}々〆〇仝ヶ])《{_KANA}》")
_BRACKETS: Final = re.compile(r"《[^《》\n]{0,60}》")
_STRESSED: Final = re.compile(r"《《([^《》\n]{1,60})》》")
_PLACE: Final = re.compile(r"(?<![\d-])([12])-(\d{1,2})-(\d{1,2})(?![\d-])")
_CODE: Final = re.compile(r"U\+([0-9A-Fa-f]{4,5})")
_NOTE: Final = re.compile(r"(※?)［＃([^［］\n]{1,200})］")
_TAGS: Final = re.compile(r"<rp>[^<]{0,20}</rp>|<rt>[^<]{0,100}</rt>|</?(?:ruby|rb)>", re.IGNORECASE)
_LEGEND: Final = "【テキスト中に現れる記号について】"
_RULE: Final = "-" * 20
_MANY: Final = 10
"""Readings behind kanji, and nothing else in 《》, by which a text with notes is known to have readings."""
_LONGEST_TITLE: Final = 100
_UNKNOWN: Final = "〓"


def without_readings(text: str, *, explained: bool = False) -> str:
    """Return a text without the readings and notes in it.

    《》 also stands around titles, and ｜ between the items of a line. Kana in 《》 are a reading behind a text that ｜
    begins, if every ｜ of the line begins such a text. In a text that has those, or a legend that has `explained` the
    notation, or notes and many readings, kana in 《》 behind kanji are readings too.

    >>> without_readings("｜親譲《おやゆず》りの無鉄砲《むてっぽう》［＃「無鉄砲」に傍点］で")
    '親譲りの無鉄砲で'
    >>> without_readings("絵本《もりのうた》"), without_readings("｜本《ほん》｜店")
    ('絵本《もりのうた》', '｜本《ほん》｜店')
    """
    if "<ruby>" in text and "`" not in text:
        text = _TAGS.sub("", text)
    noted = "［＃" in text
    if "《" in text:
        marked = _without_marked(text)
        plain = _STRESSED.sub(r"\1", marked)
        readings = len(_READING.findall(plain)) if noted else 0
        if marked != text or explained or (readings >= _MANY and readings == len(_BRACKETS.findall(plain))):
            text = _READING.sub("", plain)
    return _NOTE.sub(_letter, text) if noted else text


def _without_marked(text: str) -> str:
    """Remove readings behind ｜; those in round brackets only in a text that has others in 《》."""
    if _TABLE.search(text):
        return _in_lines(_WIDE, "｜", text)
    return text if _in_lines(_MARKED, "｜|", text) == text else _in_lines(_MARKED_ANYHOW, "｜|", text)


def _in_lines(ruby: re.Pattern[str], bars: str, text: str) -> str:
    """Remove readings from the lines in which every bar begins a text that has one."""

    def without(line: str) -> str:
        plain = ruby.sub(r"\1", line)
        return line if any(bar in plain for bar in bars) else plain

    return "\n".join(map(without, text.split("\n")))


def legend(text: str) -> tuple[int, int] | None:
    """Return where the legend of the notation begins and ends, with the rules around it; None if there is none."""
    at = text.find(_LEGEND)
    begin = text.rfind(_RULE, 0, at) if at >= 0 else -1
    end = text.find(_RULE, at) if begin >= 0 else -1
    if end < 0:
        return None
    stop = text.find("\n", end)
    return text.rfind("\n", 0, begin) + 1, len(text) if stop < 0 else stop + 1


def title_above(text: str, end: int) -> str | None:
    """Return the first line of a text that is not blank, up to `end`."""
    line = text[:end].strip().partition("\n")[0].strip()
    return line if 0 < len(line) <= _LONGEST_TITLE else None


def _letter(note: re.Match[str]) -> str:
    """Return the letter that a note describes (※［＃…第3水準1-85-25］), nothing for a note on the layout."""
    if not note.group(1):
        return ""
    if code := _CODE.search(note.group(2)):
        number = int(code.group(1), 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else _UNKNOWN
    if place := _PLACE.search(note.group(2)):
        plane, row, cell = map(int, place.groups())
        data = bytes([*([0x8F] if plane == 2 else []), row + 0xA0, cell + 0xA0]) if row <= 94 and cell <= 94 else b""
        return data.decode("euc_jis_2004", "replace").replace("\ufffd", _UNKNOWN) or _UNKNOWN
    return _UNKNOWN
