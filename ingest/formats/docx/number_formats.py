"""Numbers as Word writes them in the formats of automatic numbering (ST_NumberFormat of ECMA-376)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_HALF_WIDTH = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI, _LEGAL, _HANGUL = "〇一二三四五六七八九", "〇壱弐参四伍六七八九", "영일이삼사오육칠팔구"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_GANADA, _CHOSUNG = "가나다라마바사아자차카타파하", "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_LONGEST = 40
"""Letters of a number at most; beyond, a format that repeats its letters gives figures."""


def write_number(number: int, number_format: str, pattern: str = "") -> str:
    """Return a number in a format of Word; in figures where the format is unknown or does not go so far.

    `pattern` is that of the format "custom", such as "001, 002, 003, ...".

    >>> [write_number(12, name) for name in ("japaneseCounting", "aiueoFullWidth", "decimalEnclosedCircle")]
    ['十二', 'シ', '⑫']
    """
    if number_format == "none":
        return ""
    if number_format == "custom":
        example = pattern.partition(",")[0].strip()[:_LONGEST]
        return str(number).zfill(len(example) if example.isdecimal() else 0)
    write = _FORMATS.get(number_format)
    return (write(number) if write else "") or str(number)


def _cycle(letters: Sequence[str], number: int) -> str:
    """Return the letter of a number; after the last one all begin again, doubled: Z is followed by AA, BB."""
    times, at = divmod(number - 1, len(letters))
    return letters[at] * (times + 1) if number > 0 and times < _LONGEST else ""


def _among(letters: Sequence[str], number: int) -> str:
    return letters[number - 1] if 0 < number <= len(letters) else ""


def _signs(first: str, last: int, number: int) -> str:
    return chr(ord(first) + number - 1) if 0 < number <= last else ""


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN if 0 < number < 10_000 else ():
        count, number = divmod(number, value)
        written += letters * count
    return written


def _digits(digits: str, number: int) -> str:
    return "".join(digits[int(figure)] for figure in str(number)) if number >= 0 else ""


def _counting(digits: str, units: Sequence[str], number: int, *, ones: bool = False) -> str:
    """Return a number below 100,000,000 in words of `units` (ten, hundred, thousand, ten thousand).

    With `ones`, a one before a unit is written (壱拾); without, only before ten thousand (十, 一万).
    """
    if not 0 <= number < 10**8:
        return ""
    myriads, rest = divmod(number, 10_000)
    written = _counting(digits, units, myriads, ones=ones) + units[3] if myriads else ""
    for unit, value in ((units[2], 1000), (units[1], 100), (units[0], 10)):
        digit, rest = divmod(rest, value)
        if digit:
            written += (digits[digit] if digit > 1 or ones else "") + unit
    return written + digits[rest] if rest or not written else written


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _cardinal_text(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number].capitalize() if number >= 0 else ""
    tens, rest = divmod(number, 10)
    return (_TENS[tens - 2] + (f"-{_SMALL[rest]}" if rest else "")).capitalize() if number < 100 else ""


def _ordinal_text(number: int) -> str:
    head, dash, last = _cardinal_text(number).lower().rpartition("-")
    ordinal = f"{last[:-1]}ieth" if last.endswith("y") else _ORDINALS.get(last, f"{last}th")
    return f"{head}{dash}{ordinal}".capitalize() if last else ""


_CHINESE_UNITS = ("十", "百", "千", "万")
_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": partial(_cycle, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerLetter": partial(_cycle, "abcdefghijklmnopqrstuvwxyz"),
    "ordinal": _ordinal,
    "cardinalText": _cardinal_text,
    "ordinalText": _ordinal_text,
    "hex": lambda number: f"{number:X}",
    "chicago": partial(_cycle, "*†‡§"),
    "numberInDash": lambda number: f"- {number} -",
    "aiueo": partial(_cycle, _AIUEO.translate(_HALF_WIDTH)),
    "aiueoFullWidth": partial(_cycle, _AIUEO),
    "iroha": partial(_cycle, _IROHA.translate(_HALF_WIDTH)),
    "irohaFullWidth": partial(_cycle, _IROHA),
    "japaneseCounting": partial(_counting, _KANJI, _CHINESE_UNITS),
    "japaneseLegal": partial(_counting, _LEGAL, ("拾", "百", "阡", "萬"), ones=True),
    "japaneseDigitalTenThousand": partial(_digits, _KANJI),
    "ideographDigital": partial(_digits, _KANJI),
    "chineseCounting": partial(_counting, _KANJI, _CHINESE_UNITS),
    "chineseCountingThousand": partial(_counting, _KANJI, _CHINESE_UNITS),
    "taiwaneseCounting": partial(_counting, _KANJI, _CHINESE_UNITS),
    "taiwaneseCountingThousand": partial(_counting, _KANJI, _CHINESE_UNITS),
    "taiwaneseDigital": partial(_digits, _KANJI),
    "koreanDigital": partial(_digits, _HANGUL),
    "koreanCounting": partial(_counting, _HANGUL, ("십", "백", "천", "만")),
    "ganada": partial(_cycle, _GANADA),
    "chosung": partial(_cycle, _CHOSUNG),
    "ideographTraditional": partial(_among, _STEMS),
    "ideographZodiac": partial(_among, _BRANCHES),
    "ideographZodiacTraditional": partial(_among, [_STEMS[at % 10] + _BRANCHES[at % 12] for at in range(60)]),
    "decimalEnclosedCircle": partial(_signs, "①", 20),
    "decimalEnclosedCircleChinese": partial(_signs, "①", 20),
    "decimalEnclosedFullstop": partial(_signs, "⒈", 20),
    "decimalEnclosedParen": partial(_signs, "⑴", 20),
    "ideographEnclosedCircle": partial(_signs, "㊀", 10),
}
