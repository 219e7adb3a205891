"""Rank the readings of bytes in several encodings by how likely their letters are.

A reading costs a number of bits: its letters beyond ASCII by class (frequent letters few, rare ones many) and by
neighbours, its ASCII letters 4.5 each. All readings are of the same bytes, so the cheapest is the likeliest, and the
difference is the evidence for it. The classes follow the rows of the character sets, which are sorted by frequency.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache

from rag.text.frequent_letters import JAPANESE_KANJI, KOREAN, SIMPLIFIED_CHINESE, TRADITIONAL_CHINESE
from rag.text.latin_alphabets import WESTERN, Alphabets, odd
from rag.text.letters import KANA_BLOCK, KANJI

_ASCII, _RARE = 4.5, 20.0
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

# Kanji, half-width kana or punctuation that stand alone between Latin letters: "It痴", "caf駸".
_GLUED = re.compile(
    rf"(?<=[a-z])[{KANJI}ｦ-ﾟ]+(?=[a-z])|(?<=[a-z])[{KANJI}ｦ-ﾟ](?![^\x00-\x7f])"
    rf"|(?<![^\x00-\x7f])[{KANJI}ｦ-ﾟ](?=[a-z])"
)
_GLUED_TO_CAPITAL = re.compile(rf"(?<=[A-Z])[{KANJI}ｦ-ﾟ](?![^\x00-\x7f])")
_ALONE = re.compile(r"(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])")
_MISPLACED = re.compile(
    "(?<=[а-яёіїєґα-ωά-ώ])[А-ЯЁΑ-Ω]|ς(?=[α-ωά-ώ])|(?<![^\\W\\d_])[ъьыЪЬЫ]|[ךםןףץ](?=[א-ת])|[ةى](?=[ء-ي])|(?<![ء-ْ])[ً-ْ]"
    "|(?<![ก-ฺ็-๎])[ะ-ฺ็-๎]|[เ-ไ](?![ก-ฮ])"
    "|(?<![^\\W\\d_])(?![авикосуяіАВИКОСУЯ] [а-яіА-Я])[Ѐ-ӿΆ-ώء-يא-תก-๙](?![^\\W\\d_])"
)
"""Capitals after small letters, final forms within a word, and letters that begin no word or do not stand alone."""
_HALF_WIDTH_RUN = re.compile("[ｱ-ﾝｦ-ｯｰ][ｦ-ﾟ]+")
_VOICED = re.compile("[ｶ-ﾄﾊ-ﾎｳ]ﾞ|[ﾊ-ﾎ]ﾟ")
_WRONGLY_VOICED = re.compile("(?<![ｶ-ﾄﾊ-ﾎｳ])ﾞ|(?<![ﾊ-ﾎ])ﾟ")


def japanese(text: str) -> float:
    """Return what a text costs as Japanese.

    >>> japanese("東京"), japanese("鬯魃")
    (19.0, 36)
    """
    cost = _by_letter(text, _japanese_letter) + 14 * len(_GLUED.findall(text))
    cost += 4 * len(_GLUED_TO_CAPITAL.findall(text))
    found = _HALF_WIDTH_RUN.findall(text)
    runs = "".join(found)
    cost += 5 * len(found) - 16 * len(runs) - 5 * len(_VOICED.findall(runs))
    return cost + 8 * len(_WRONGLY_VOICED.findall(runs))


def simplified_chinese(text: str) -> float:
    """Return what a text costs as Chinese of the mainland."""
    return _by_letter(text, _simplified_letter) + 8 * len(_ALONE.findall(text))


def traditional_chinese(text: str) -> float:
    """Return what a text costs as Chinese of Taiwan and Hong Kong."""
    return _by_letter(text, _traditional_letter) + 8 * len(_ALONE.findall(text))


def korean(text: str) -> float:
    """Return what a text costs as Korean."""
    return _by_letter(text, _korean_letter) + 8 * len(_ALONE.findall(text))


def one_script(text: str, letters: str) -> float:
    """Return what a text costs in a script of its own, whose frequent `letters` these are, as of a regex class."""
    own, mixed = _script(letters), _mixed(letters)
    found = own.findall(text)
    cost = 10.0 * len(_MISPLACED.findall(text)) + (5 - _ASCII) * len(found) + 1.5 * sum(map(str.isupper, found))
    return cost + 10 * len(mixed.findall(text)) + _signs(own.sub("a", text))


@cache
def _script(letters: str) -> re.Pattern[str]:
    return re.compile(f"[{letters}]")


@cache
def _mixed(letters: str) -> re.Pattern[str]:
    """Where a Latin letter touches one of the script, as in no word."""
    return re.compile(f"(?<=[A-Za-z])[{letters}]|[{letters}](?=[A-Za-z])")


# What letters beyond ASCII cost in Latin script where they are in place; elsewhere they are rare.
_WESTERN: tuple[tuple[int, str], ...] = (
    (4, r"(?<=\w)’(?=[^\W\d_])|(?<=[A-Za-zé])’(?=\W|$)|(?<!\w)’(?=\d\ds)"),
    (5, r"(?<!\w)[“‘«„‚](?=[\w$£€¿¡«( …])|(?<=[\w.,;:!?)…%»])[”’»“](?!\w)|(?<=[« (])‹|›(?=[\s»])"),
    (9, r"(?<=[A-Z])—(?=[a-z])"),
    (5, r"(?<=[\w )”’\t,%°])[–—](?=[\w (“‘”$£€\n\r\t,])|^[–—](?=\s)|(?<=[\s,;\t])[–—](?![^\s,;\t])"),
    (5, r"(?<=[\w !?.,])…(?=\W|$)|(?m:^)…(?=[A-Z ])"),
    (6, r"(?m:(?<=^)|(?<=[\s,;]))[•·■](?=\s)|(?<=\w)·(?=\w)"),
    (5, r"(?<![^\W\d])[£€¥](?=\s?[\d.])|(?<=\d)[\s\xa0]?[£€](?!\w)|(?<![^\s(/,;])[£€](?![^\s)/,;])"),
    (5, r"(?<=[\d.])[ \xa0]?°(?!\d{3})|(?<![^\s(/,;])°(?=[CFKc)])|(?<=N)°(?=\s?\d)"),
    (6, r"(?<=\d)[½¼¾]|(?<![^\s(])[½¼¾](?![^\s)-])|(?<=[A-Za-z\d)])[²³¹](?!\w)"),
    (7, r"(?<=[\d(\s])[±×÷µ](?=[\s\xa0]?[\dmgsLlF])|(?<=[A-Za-z\d)])[®™†‡](?!\w)|(?<!\w)[©§¶†‡](?=[\s\d])"),
    (7, r"(?<![^\s(,;])(?<!\d\s)[¿¡](?=[A-ZÀ-Ý])"),
    (5, r"(?<=[\w.,:;!?%»«])\xa0(?=[\w:;!?%»«€£–])"),
    (6, r"(?<=[A-Za-z])[éèêëàâäáãåçîïíìñôöóòõøœæùûüúßýÿðþ]{1,2}(?=[a-z’'-]|[\W\d]|$)"),
    (7, r"(?<![\w’])[éèêàâäáåçîíñôöóøœæùûüúþ](?=[a-zæéíóúáö])|(?<=[’'-])[éèêàâîôœ](?=[a-z])"),
    (8, r"(?<![^\W_])[ÉÈÊÀÂÄÁÅÇÎÍÑÔÖÓØŒÆÙÛÜÚÞ](?=[a-z])|(?<=[A-Z])[ÉÈÊËÀÂÄÁÃÇÎÏÍÑÔÖÓÕØŒÆÙÛÜÚŠŽ](?=[A-Z]|\W|$)"),
    (8, r"(?<![^\s,;-])[àéèóáíúÀÉ](?![^\s,;-])|(?<=\d)[ªº](?!\w)|(?<=N)º(?=\s?\d)"),
    (10, r"(?<!\w)[“”](?=\s\w)|^[”–](?=\w)"),
    (12, r"(?<=[A-Za-z])[šž](?![A-Z])|(?<!\w)[ŠŽ](?=[a-z])"),
)
_IN_PLACE = re.compile("|".join(f"({pattern})" for _, pattern in _WESTERN))


def latin(text: str, alphabets: Alphabets) -> float:
    """Return what a text costs in a language of Latin letters with one of these alphabets."""
    text = unicodedata.normalize("NFC", text)
    letters = "".join(alphabets)
    own = [letter for letter in _NOT_ASCII.findall(text) if letter.lower() in letters]
    bits = sum((6 if letter.islower() else 8) - _ASCII for letter in own)
    return _signs(re.sub(f"[{letters}]", "a", re.sub(f"[{letters.upper()}İ]", "A", text))) + bits + odd(text, alphabets)


def western(text: str) -> float:
    """Return what a text costs as English, or as another language of Western Europe."""
    return _signs(text) + odd(text, WESTERN)


def _signs(text: str) -> float:
    cost = _ASCII * (len(text) - (beyond := len(_NOT_ASCII.findall(text)))) + _RARE * beyond
    for match in _IN_PLACE.finditer(text):
        bits, _ = _WESTERN[(match.lastindex or 1) - 1]
        cost -= (_RARE - bits) * sum(letter > "\x7f" for letter in match.group())
    return cost


def _by_letter(text: str, bits: Callable[[str], float]) -> float:
    return sum(bits(letter) * count for letter, count in Counter(text).items())


@lru_cache(maxsize=8192)
def _japanese_letter(letter: str) -> float:  # noqa: PLR0911
    if letter < "\x80":
        return _ASCII
    if "ぁ" <= letter <= "ん" or letter in "、。「」・ー　":
        return 6
    if letter in JAPANESE_KANJI:
        return 9.5
    if re.match(f"[{KANA_BLOCK}０-９Ａ-Ｚａ-ｚ（）！？：，．～〜％／＝－＋＆々『』【】○●→※]", letter):
        return 7.5
    row = _row(letter, "euc_jp")
    if 0xB0 <= row < 0xD0:
        return 12.5
    if 0xD0 <= row <= 0xF4:
        return 18
    return 13 if 0xA1 <= row <= 0xA8 or letter in "①②③④⑤⑥⑦⑧⑨⑩㈱№℡㎡Ⅰ Ⅱ Ⅲ㎏㎜㎝髙﨑" else 22


@lru_cache(maxsize=8192)
def _simplified_letter(letter: str) -> float:
    if letter < "\x80":
        return _ASCII
    if letter in SIMPLIFIED_CHINESE:
        return 8
    if letter in _CHINESE_SIGNS:
        return 6
    row = _row(letter, "gb2312")
    return 11.5 if 0xB0 <= row < 0xD8 else 13 if row in {0xA1, 0xA3} else 18 if row else 24


@lru_cache(maxsize=8192)
def _traditional_letter(letter: str) -> float:
    if letter < "\x80":
        return _ASCII
    if letter in TRADITIONAL_CHINESE:
        return 8
    if letter in _CHINESE_SIGNS:
        return 6
    row = _row(letter, "big5")
    return 12 if 0xA4 <= row < 0xC7 else 13 if row in {0xA1, 0xA2} else 20


@lru_cache(maxsize=8192)
def _korean_letter(letter: str) -> float:
    if letter < "\x80":
        return _ASCII
    if letter in KOREAN:
        return 7
    row = _row(letter, "euc_kr")
    return 10.5 if 0xB0 <= row < 0xC9 else 13 if 0xA1 <= row < 0xA5 else 19 if row else 22


_CHINESE_SIGNS = frozenset("，。、：；？！（）“”《》「」　０１２３４５６７８９")


def _row(letter: str, encoding: str) -> int:
    """Return the first byte of a letter of two bytes, 0 for one that the character set does not have."""
    try:
        code = letter.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return code[0] if len(code) == 2 else 0
