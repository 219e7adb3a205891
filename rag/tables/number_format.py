"""Number formats of Excel (ECMA-376 18.8.30): a number as its sheet shows it.

Dates and times are in `rag.tables.date_format`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from rag.tables.date_format import DateFormat, parse_date_format

GENERAL = "General"
_LONGEST = 255
"""Characters of a format; Excel allows no more."""
_EXACT = Context(prec=800, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
_CONDITION = re.compile(r"\[\s*(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*\]")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<exponent>[eE][+-][0#?]+)|(?P<fraction>/\s*[0#?1-9][0-9#?]*)"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_DIGITS = frozenset({"digit", "point", "comma", "exponent", "fraction"})


@dataclass(frozen=True, slots=True)
class FormatToken:
    """A piece of a format: its kind, and what it shows or the placeholder that it is."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FormatSection:
    """A section of a format, as its figures need it.

    `whole` and `decimals` are placeholders (0, # or ?) before and behind the point; `thousands` is how often the value
    is divided by a thousand, `percents` how often it is multiplied by a hundred.
    """

    tokens: tuple[FormatToken, ...]
    condition: tuple[str, Decimal] | None = None
    date: DateFormat | None = None
    whole: str = ""
    decimals: str = ""
    grouped: bool = False
    thousands: int = 0
    percents: int = 0

    def has(self, kind: str) -> bool:
        """Tell whether the section has a token of this kind."""
        return any(token.kind == kind for token in self.tokens)

    @property
    def shows_number(self) -> bool:
        """True if anything of the number is shown."""
        return any(token.kind in {"digit", "general", "exponent"} for token in self.tokens)


def show_number(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return a number in a format, as Excel shows it without its colour and padding.

    >>> show_number(600001, "000-0000"), show_number(0.125, "0.0%"), show_number(1200, '#,##0"円";[Red]-#,##0"円"')
    ('060-0001', '12.5%', '1,200円')
    """
    sections = _parse(code if len(code) <= _LONGEST else GENERAL)
    number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    section = _choose(sections, number)
    if section is None or (section.date and not section.date.covers(value)):
        return show_general(value)
    if section.date:
        return section.date.show(value, from_1904=from_1904)
    if section.has("text") and not section.shows_number:
        return "".join(show_general(value) if token.kind == "text" else token.text for token in section.tokens).strip()
    text = _literals(section) if not section.shows_number else _show(section, abs(number), value)
    return f"-{text}" if number < 0 and _needs_sign(sections, section) and section.shows_number else text


def show_text(text: str, code: str) -> str:
    """Return a text in a format: a format may add something to texts, or hide them."""
    sections = _parse(code) if len(code) <= _LONGEST else ()
    last = sections[-1] if sections else None
    if last is None or not (len(sections) == 4 or last.has("text")):
        return text
    return "".join(text if token.kind == "text" else token.text for token in last.tokens if token.kind not in _DIGITS)


def show_general(value: float) -> str:
    """Return a number without a format, in the 15 digits that Excel keeps.

    >>> show_general(1.0), show_general(0.1 + 0.2), show_general(1e-7)
    ('1', '0.3', '1E-07')
    """
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}".upper()
    return str(value)


@lru_cache(maxsize=1024)
def _parse(code: str) -> tuple[FormatSection, ...]:
    parts, begin = [], 0
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            parts.append(code[begin : match.start()])
            begin = match.end()
    parts.append(code[begin:])
    return tuple(_section(part) for part in parts[:4])


def _section(part: str) -> FormatSection:
    condition = _CONDITION.search(part)
    test = (condition.group(1), Decimal(condition.group(2))) if condition else None
    date = parse_date_format(part)
    if date:
        return FormatSection((), test, date)
    tokens = [_token(match) for match in _TOKEN.finditer(part)]
    tokens = [token for token in tokens if token.text]
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    grouped = thousands = 0
    for at, token in enumerate(tokens):
        if token.kind == "comma" and places and places[0] < at:
            before_a_digit = any(at < place < point for place in places)
            grouped += before_a_digit
            thousands += not before_a_digit
    return FormatSection(
        tuple(tokens),
        test,
        None,
        "".join(tokens[at].text for at in places if at < point),
        "".join(tokens[at].text for at in places if at > point),
        bool(grouped),
        thousands,
        sum(token.kind == "percent" for token in tokens),
    )


def _token(match: re.Match[str]) -> FormatToken:
    kind, text = str(match.lastgroup), match.group(match.lastgroup or 0)
    if kind == "bracket":
        return FormatToken("literal", text[1:].partition("-")[0] if text.startswith("$") else "")
    if kind == "fill":
        return FormatToken("literal", "")
    if kind == "blank":
        return FormatToken("literal", " ")
    return FormatToken("literal" if kind in {"quoted", "escaped", "other"} else kind, text)


def _choose(sections: tuple[FormatSection, ...], number: Decimal) -> FormatSection | None:
    """Return the section for a number, None where none is for it."""
    numeric = sections[:3] if len(sections) == 4 or not sections[-1].has("text") else sections[:-1]
    if not numeric:
        return sections[0] if len(sections) == 1 else None
    if any(section.condition for section in numeric):
        for section in numeric[:2]:
            if section.condition and _holds(section.condition, number):
                return section
        rest = [section for section in numeric if section.condition is None]
        return rest[-1] if rest else None
    if number < 0 and len(numeric) > 1:
        return numeric[1]
    return numeric[2] if number == 0 and len(numeric) > 2 else numeric[0]


def _holds(condition: tuple[str, Decimal], number: Decimal) -> bool:
    sign, limit = condition
    return ("<" in sign and number < limit) or (">" in sign and number > limit) or (sign[-1] == "=" and number == limit)


def _needs_sign(sections: tuple[FormatSection, ...], section: FormatSection) -> bool:
    """Tell whether a negative number needs a sign; a section for negative numbers alone has its own."""
    if section.condition:
        return not (section.condition[0] in {"<", "<="} and section.condition[1] <= 0)
    marks, of_others = (  # where they are alike, only a colour or a blank tells a negative number
        [token.text for token in part.tokens if token.kind not in _DIGITS and token.text.strip()]
        for part in (section, sections[0])
    )
    return marks == of_others or any(other.condition for other in sections)


def _literals(section: FormatSection) -> str:
    return "".join(token.text for token in section.tokens).strip()


def _show(section: FormatSection, number: Decimal, value: float) -> str:
    number = number.scaleb(2 * section.percents - 3 * section.thousands, _EXACT)
    if section.has("exponent"):
        return _scientific(section, number)
    if section.has("fraction"):
        return _fraction(section, number)
    whole, decimals = _rounded(number, len(section.decimals))
    cells = _placed(section.whole, whole, grouped=section.grouped)
    if not cells and whole != "0":
        cells = [whole]
    return _filled(section, cells, decimals, show_general(abs(value)))


def _rounded(number: Decimal, places: int) -> tuple[str, str]:
    """Return the figures before and behind the point."""
    figures = str(int(number.quantize(Decimal(1).scaleb(-places), context=_EXACT).scaleb(places, _EXACT)))
    figures = figures.zfill(places + 1)
    return figures[: len(figures) - places], figures[len(figures) - places :]


def _placed(placeholders: str, figures: str, *, grouped: bool = False) -> list[str]:
    """Return what each placeholder before the point shows; the first one also shows the figures in front of it."""
    if not placeholders:
        return []
    figures = "" if figures == "0" else figures
    count, cells = len(placeholders), []
    for at, placeholder in enumerate(placeholders):
        behind = count - 1 - at
        digits = figures[: len(figures) - behind] if at == 0 else figures[-behind - 1 : len(figures) - behind]
        if behind >= len(figures):
            cells.append({"0": "0", "?": " "}.get(placeholder, ""))
        else:
            cells.append(digits)
        if grouped:
            cells[-1] = _with_commas(cells[-1], behind)
    return cells


def _with_commas(digits: str, behind: int) -> str:
    """Put a comma behind every digit that has a multiple of three behind it."""
    last = len(digits) - 1
    return "".join(
        f"{digit}," if digit != " " and (place := behind + last - at) and place % 3 == 0 else digit
        for at, digit in enumerate(digits)
    )


def _filled(section: FormatSection, whole: list[str], decimals: str, general: str) -> str:
    """Return the section's text with its placeholders replaced."""
    significant = len(decimals.rstrip("0"))
    cells, text, behind, point = iter(whole), "", 0, False
    for token in section.tokens:
        if token.kind == "point":
            point, text = True, text + "".join(cells) + "."
        elif token.kind == "digit" and not point:
            text += next(cells)
        elif token.kind == "digit":
            kept = token.text == "0" or behind < significant
            text += decimals[behind] if kept else {"?": " "}.get(token.text, "")
            behind += 1
        elif token.kind == "general":
            text += general
        elif token.kind != "comma":
            text += token.text
    return text.strip()


def _scientific(section: FormatSection, number: Decimal) -> str:
    places = max(len(section.whole), 1)
    exponent = number.adjusted() if number else 0
    if places > 1 and section.whole.startswith("#"):
        exponent -= exponent % places
    else:
        exponent -= places - 1
    whole, decimals = _rounded(number.scaleb(-exponent, _EXACT), len(section.decimals))
    if len(whole) > places and number:  # 9.99 was rounded to 10
        step = places if places > 1 and section.whole.startswith("#") else 1
        exponent += step
        whole, decimals = _rounded(number.scaleb(-exponent, _EXACT), len(section.decimals))
    token = next(token for token in section.tokens if token.kind == "exponent")
    sign = "-" if exponent < 0 else ("+" if token.text[1] == "+" else "")
    written = f"{token.text[0].upper()}{sign}{str(abs(exponent)).zfill(len(token.text) - 2)}"
    text = _filled(section, _placed(section.whole, whole), decimals, "")
    return text.replace(token.text, written)


def _fraction(section: FormatSection, number: Decimal) -> str:
    """Return a number as a fraction, mixed where there are placeholders for whole numbers."""
    token = next(token for token in section.tokens if token.kind == "fraction")
    below = token.text[1:].strip()
    at = section.tokens.index(token)
    start = at
    while start and section.tokens[start - 1].kind == "digit":
        start -= 1
    mixed = any(other.kind == "digit" for other in section.tokens[:start])
    whole = int(number) if mixed else 0
    rest = Fraction(number) - whole
    if below.isdecimal():
        numerator, denominator = round(rest * int(below)), int(below)
    else:
        nearest = rest.limit_denominator(10 ** min(len(below), 6) - 1)
        numerator, denominator = nearest.numerator, nearest.denominator
    if mixed and numerator == denominator:
        whole, numerator = whole + 1, 0
    parts = [str(whole)] if mixed and (whole or not numerator) else []
    if numerator or not mixed:
        parts.append(f"{numerator}/{denominator}")
    before = "".join(token.text for token in section.tokens if token.kind == "literal" and token.text.strip())
    return " ".join(parts) + before
