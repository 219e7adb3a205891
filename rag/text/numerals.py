"""Rewrite every written numeral of a text as ASCII digits: 二〇〇一年 -> 2001年, 980万 -> 9800000, "nine" -> 9.

Numbers are compared as values only after this rewriting, so both languages are read by the same patterns. Own code:
kanjize converts a string that is one number, text2num knows no Japanese, and here numerals of both languages stand
in running text beside names that hold the same characters (三重県, 九州).

Sources of the rules: positional and multiplicative kanji numerals as in JIS/Unicode kPrimaryNumeric (万 10^4, 億
10^8, 兆 10^12); English short scale (billion 10^9, trillion 10^12).
"""

from __future__ import annotations

import re
from fractions import Fraction

from rag.text.letters import KANJI_LETTER

_KANJI_DIGIT = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_SMALL = {"十": 10, "百": 100, "千": 1000}
_KANJI_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_KANJI_RUN = re.compile(
    r"(?:\d+(?:\.\d+)?|[〇零一二三四五六七八九十百千])(?:\d+(?:\.\d+)?|[〇零一二三四五六七八九十百千万億兆])*"
)
_KANJI_COUNTER = re.compile(
    r"\s{0,9}(?:世紀|年|月|日|時|分(?!野|布|類|子|析|解)|秒|週|人(?!間|類)|名|歳|才|個|本|枚|匹|頭|台|冊|回|度|倍"
    r"|階(?!級)|件|円"
    r"|つ|位|番|号|章|条|代|世|次|羽|隻|機(?!関|能)|社|校|郡|県|票|点|話|巻|乗|角形|種類|か[国所月]|ヶ"
    r"|ケ[国所月]|カ[国所月]|箇"
    r"|割(?![合当込])|都市|大陸|地域|州(?!$)|元素|惑星|メートル|キロ|ミリ|センチ|グラム|トン|パーセント|ドル|ユーロ|ポンド"
    r"|マイル|フィート|ページ|分の|%|対[\d一二三四五六七八九十])"
)
_KANJI_END = re.compile(r"\s{0,9}(?:です|でし|である|であり|だ|で、|に(?!関)|と(?!い)|[。、,.!?）)」』~-]|$)")
_KANJI_IDIOM = re.compile(
    r"十分[なに]|一(?:部|般|方|種(?!類)|緒|定|番|時|度|体|連|切|旦|見|致|層|員|環|帯|族|家|門|覧|貫|躍|生|流|気"
    r"|つ[はの])|五十嵐|四日市|六本木|千代|九州|四国"
)
_NUMBER_LEAD = "第約計全各数延前後満対西暦紀元明治大正昭和平成令和応年月日時分億万"
_SCORED = re.compile(r"[\d一二三四五六七八九十]対$")  # 2対1
_STRONG_COUNTER = re.compile(
    r"世紀|年|月|条|章|号|円|時間|世$|世[^紀]"
)  # a number even straight after a word: 憲法九条

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_WORD_VALUE = {word: value for value, word in enumerate(_UNITS.split())}
_WORD_VALUE |= {w: 10 * (i + 2) for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
_SCALE = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_ORDINAL = {w: i + 4 for i, w in enumerate("fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split())}
_ORDINAL |= {w: i + 13 for i, w in enumerate("thirteenth fourteenth fifteenth sixteenth seventeenth".split())}
_ORDINAL |= {"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fiftieth": 50, "hundredth": 100}
_SMALL_ORDINAL = {"first": 1, "second": 2, "third": 3}

_WORD = "|".join([*sorted(_WORD_VALUE, key=len, reverse=True), *_SCALE])
_WORD_RUN = re.compile(
    rf"(?<![\w'-])(?:a\s+(?=(?:{'|'.join(_SCALE)})\b))?(?:{_WORD})(?:(?:[\s-]+and[\s-]+"
    rf"|[\s-]+)(?:{_WORD}))*(?![\w']|-(?!year|month|day|mile|fold))",
    re.IGNORECASE,
)
_ONE_BEFORE_UNIT = re.compile(
    r"[\s-]{1,9}(?:percent|per cent|year|month|week|day|hour|minute|second|mile|kilomet|met|foot|inch|pound|ton"
    r"|dollar|person)",
    re.I,
)
_ONE_BEFORE_END = re.compile(r"\s{0,9}[.!\"')]{0,9}\s{0,9}$")
_DIGITS_SCALE = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)[\s-]*(hundred|thousand|million|billion|trillion|dozen)\b", re.IGNORECASE
)
_TENS_ORDINAL = re.compile(
    rf"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-({'|'.join(_SMALL_ORDINAL | _ORDINAL)})\b",
    re.IGNORECASE,
)
_ORDINAL_WORD = re.compile(rf"\b(?:({'|'.join(_ORDINAL)})|({'|'.join(_SMALL_ORDINAL)})(?=\s+century))\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|(?<!\d )[1-9]\d{0,2}(?: \d{3})* 000)(?!\d)")  # 1,234; 10 000


def to_digits(text: str) -> str:
    """Return `text` (already NFKC) with its numerals as plain ASCII digits; names that merely hold numerals are kept.

    >>> to_digits("人口は九百八十万人"), to_digits("9.8 million people"), to_digits("三重県")
    ('人口は9800000人', '9800000 people', '三重県')
    """
    text = _THOUSANDS.sub(lambda m: re.sub("[, ]", "", m.group()), text)
    text = re.sub(r"\b(\d+)\s?(?:st|nd|rd|th)\b", r"\1th", text)
    text = _TENS_ORDINAL.sub(_tens_ordinal, text)
    text = _ORDINAL_WORD.sub(lambda m: f"{(_ORDINAL | _SMALL_ORDINAL)[m.group().lower()]}th", text)
    text = _DIGITS_SCALE.sub(lambda m: decimal(Fraction(m.group(1)) * _SCALE[m.group(2).lower()]), text)
    text = _WORD_RUN.sub(_words, text)
    return _kanji_numerals(text)


def decimal(value: Fraction) -> str:
    """Write `value` in ASCII digits, without an exponent; one without a finite decimal form has 9 places."""
    if value.denominator == 1:
        return str(value.numerator)
    whole = value * 10**9
    digits = str(round(abs(whole))).rjust(10, "0")
    return ("-" if value < 0 else "") + f"{digits[:-9]}.{digits[-9:]}".rstrip("0").rstrip(".")


def kanji_value(run: str) -> Fraction | None:
    """Return the value of a run of kanji numerals and digits (二〇〇一, 九百八十万, 9.8万), or None."""
    if all(char in _KANJI_DIGIT for char in run):
        return Fraction("".join(str(_KANJI_DIGIT[char]) for char in run))
    total, section, current = Fraction(0), Fraction(0), Fraction(-1)
    for part in re.findall(r"\d+(?:\.\d+)?|.", run):
        if part in _KANJI_LARGE:
            section += max(current, Fraction(0))
            total += (section or Fraction(1)) * _KANJI_LARGE[part]
            section, current = Fraction(0), Fraction(-1)
        elif part in _KANJI_SMALL:
            section += (Fraction(1) if current < 0 else current) * _KANJI_SMALL[part]
            current = Fraction(-1)
        else:
            digit = Fraction(_KANJI_DIGIT[part]) if part in _KANJI_DIGIT else Fraction(part)
            if current >= 0 and part not in _KANJI_DIGIT:
                return None
            current = digit if current < 0 else current * 10 + digit
    return total + section + max(current, Fraction(0))


def _kanji_numerals(text: str) -> str:
    parts: list[str] = []
    done = 0
    for match in _KANJI_RUN.finditer(text):
        run = match.group()
        if run.isascii() or not _is_number(text, match.start(), match.end()):
            continue
        value = kanji_value(run)
        if value is not None:
            parts += [text[done : match.start()], decimal(value)]
            done = match.end()
    return "".join(parts) + text[done:]


def _is_number(text: str, start: int, end: int) -> bool:
    """Return whether numerals are a number rather than part of a name (九州, 三島) or an idiom (一部, 十分な)."""
    run, before, after = text[start:end], text[start - 1 : start], text[end:]
    if any(m.start() <= start < m.end() for m in _KANJI_IDIOM.finditer(text, max(0, start - 1), end + 2)):
        return False
    if any(char.isascii() and char.isdigit() for char in run) or before == "第" or _SCORED.search(text, 0, start):
        return True
    if _is_kanji(before) and before not in _NUMBER_LEAD:
        return bool(_STRONG_COUNTER.match(after))
    if _KANJI_COUNTER.match(after) or (len(run) > 1 and "〇" in run):
        return True
    if len(run) > 2 and any(char in "十百千万億兆" for char in run):
        return not _is_kanji(after[:1])
    return bool(_KANJI_END.match(after)) and (len(run) > 1 or run not in "千百")


def _is_kanji(char: str) -> bool:
    return KANJI_LETTER.match(char) is not None


def _tens_ordinal(match: re.Match[str]) -> str:
    return f"{_WORD_VALUE[match.group(1).lower()] + (_SMALL_ORDINAL | _ORDINAL)[match.group(2).lower()]}th"


def _words(match: re.Match[str]) -> str:
    run = match.group()
    words = [word for word in re.split(r"[\s-]+", run.lower()) if word not in ("and", "a")]
    after = match.string[match.end() :]
    if words == ["one"] and not (_ONE_BEFORE_UNIT.match(after) or _is_final_one(match.string, match.start(), after)):
        return run
    if all(word in _SCALE for word in words) and not run.lower().startswith("a"):
        return run
    listed = len(words) > 1 and all(_WORD_VALUE.get(word, 10) < 10 for word in words)
    if (" and " in run.lower() or listed) and not any(word in _SCALE for word in words):
        return re.sub(_WORD, lambda m: str(_WORD_VALUE[m.group().lower()]), run, flags=re.IGNORECASE)
    return decimal(_word_value(words))


def _is_final_one(text: str, start: int, after: str) -> bool:
    return bool(_ONE_BEFORE_END.match(after)) and not re.search(
        r"\b(?:no|this|that|the|which|any|every|each)\s+$", text[:start], re.I
    )


def _word_value(words: list[str]) -> Fraction:
    total, section = 0, 0
    for word in words:
        scale = _SCALE.get(word)
        if scale is None:
            value = _WORD_VALUE[word]
            year = 10 <= section < 100 and value >= 10  # nineteen eighty-four
            section = section * 100 + value if year else section + value
        elif scale in (100, 12):
            section = max(section, 1) * scale
        else:
            total, section = total + max(section, 1) * scale, 0
    return Fraction(total + section)
