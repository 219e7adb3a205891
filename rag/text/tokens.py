"""Words, numbers and symbols of a canonical text, with the keys that answers and references are compared by.

A token's `key` folds what a grader must not care about: case, accents, possessive and plural endings of English; kana
script, long vowels (外来語の表記, Cabinet notice no. 2 of 1991, allows コンピュータ as well as コンピューター), ヴ/バ
and ティ/チ, and traditional kanji forms of Japanese. Matching compares joined keys, so spaces, hyphens, middle dots and
quotation marks never matter.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.text.letters import HIRAGANA_LETTER, JAPANESE_WORDS, KATAKANA
from rag.text.signs import MINUS, names_version, version_digits
from rag.text.tagger import tagger

ARTICLES = frozenset({"a", "an", "the"})
_TOKEN = re.compile(
    rf"(?P<number>{MINUS}?\d+(?:\.\d+)*(?![A-Za-z0-9]))"
    rf"|(?P<japanese>[{JAPANESE_WORDS}]+)"
    rf"|(?P<latin>[^\W_{JAPANESE_WORDS}]+(?:'[A-Za-z]{{1,2}}\b)?)|(?P<symbol>\S)"
)
_PARTED = re.compile("[^・]+|・+")
_KATAKANA_RUN = re.compile(f"[{KATAKANA}]+")
_KANA_PAIRS = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ティ": "チ", "ディ": "ジ"}
_KANA_SINGLES = str.maketrans("ヴヂヅヰヱヵヶ", "ブジズイエカケ")
_KANJI_FORMS = str.maketrans("國髙﨑邊邉澤廣濱學會體關櫻龍嶋冨齋眞德黑", "国高崎辺辺沢広浜学会体関桜竜島富斎真徳黒")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_IRREGULAR = dict(
    pair.split("=")
    for pair in (
        "wrote=write written=write won=win began=begin begun=begin became=become built=build made=make "
        "sang=sing sung=sing led=lead "
        "held=hold known=know took=take taken=take gave=give given=give came=come went=go gone=go said=say "
        "drew=draw flew=fly "
        "fought=fight taught=teach caught=catch sold=sell told=tell left=leave lost=lose sank=sink sunk=sink "
        "fell=fall fallen=fall rose=rise grew=grow drove=drive ate=eat drank=drink broke=break broken=break "
        "chose=choose chosen=choose ran=run rode=ride shot=shoot stood=stand struck=strike swam=swim "
        "threw=throw wore=wear froze=freeze "
        "depth=deep height=high width=wide length=long met=meet spoke=speak spoken=speak "
        "dead=die death=die dies=die died=die dying=die birth=born 死ぬ=die 亡くなる=die 死去=die 没する=die "
        "死亡=die 逝去=die 他界=die "
        "生まれる=born 誕生=born 出生=born 設立=found 創設=found 創立=found 創業=found 設ける=found 建国=found "
        "描く=paint 書く=write 執筆=write "
        "著者=write 作者=write author=write founder=found inventor=invent 発明=invent 発見=discover"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or symbol at `start:end` of the canonical text; `key` is compared, `stem` groups word forms."""

    surface: str
    start: int
    end: int
    key: str
    stem: str
    kind: str  # latin, number, japanese, symbol
    pos: str = ""  # part of speech and subclass of UniDic, Japanese only: 名詞/固有名詞/地名

    @property
    def content(self) -> bool:
        """Whether the token carries meaning of its own (no particle, auxiliary, symbol or English function word)."""
        if self.kind == "japanese":
            return self.pos.startswith(("名詞", "動詞/一般", "形容詞/一般", "形状詞", "副詞", "接尾辞/名詞的"))
        return self.kind == "number" or (self.kind == "latin" and self.key not in FUNCTION_WORDS)


FUNCTION_WORDS = ARTICLES | frozenset(
    "is are was were be been being am do does did has have had can could will would shall should may might must "
    "of in on at to "
    "by for from with as and or but that this these those it its he she they them his her their there which who "
    "whom whose what when "
    "where why how not no than then so if also into about i you we my your our one s t called known &".split()
)


def is_name(token: Token) -> bool:
    """Return whether a token looks like a proper name: capitalised, 固有名詞, or three letters of katakana or more."""
    if token.kind == "latin":
        return token.surface[0].isupper()
    return "固有名詞" in token.pos or re.fullmatch(r"[ァ-ヴー]{3,}", token.surface) is not None


@functools.lru_cache(maxsize=4096)
def tokenise(text: str) -> tuple[Token, ...]:
    """Cut a canonical text into tokens, Japanese by UniDic short units, other scripts by words."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, surface = match.lastgroup or "symbol", match.group()
        if kind == "japanese":
            tokens.extend(_japanese(surface, match.start()))
        elif kind == "latin":
            key = _AND.get(surface.casefold()) or latin_key(surface)
            tokens.append(Token(surface, match.start(), match.end(), key, _stem(key), kind))
        else:
            key = _number_key(text, match) if kind == "number" else _symbol_key(text, match)
            tokens.append(Token(surface, match.start(), match.end(), key, key, kind))
    return tuple(tokens)


_TELLING = f"%+&#{MINUS}"
_FIGURE = re.compile(rf"\s?{MINUS}?\d")
_AND = {"and": "&", "アンド": "&", "mt": "mount"}  # Bang & Olufsen, バング・アンド・オルフセン, Mt. Fuji


def latin_key(word: str) -> str:
    """Case, accents, possessive and regular plural of a word in Latin letters folded away."""
    folded = re.sub(r"'(?:s|t|d|m|ll|re|ve)?$", "", word.casefold()).translate(_LETTERS)
    folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if len(folded) > 4 and folded.isalpha() and folded.isascii():
        if folded.endswith("ies"):
            return folded[:-3] + "y"
        if folded.endswith("s") and not folded.endswith(("ss", "us", "is", "as")):
            return folded[:-1]
    return folded


def _stem(key: str) -> str:
    if key in _IRREGULAR:
        return _IRREGULAR[key]
    for suffix in ("ing", "ed"):
        if len(key) > len(suffix) + 2 and key.endswith(suffix):
            return key.removesuffix(suffix).rstrip("e")
    return key.rstrip("e") if len(key) > 3 else key


def _number_key(text: str, match: re.Match[str]) -> str:
    """Return a number without idle zeros; those of a version ("Python 3.10") or an address are not idle."""
    sign = MINUS if match.group().startswith(MINUS) else ""
    number = match.group().removeprefix(MINUS)
    if "." not in number:
        return sign + (number.lstrip("0") or "0")
    if number.count(".") > 1:
        return sign + number
    named = names_version(text, match.start())
    return sign + (version_digits(number) if named else number.rstrip("0").rstrip("."))


def _symbol_key(text: str, match: re.Match[str]) -> str:
    """Return a symbol that changes the meaning of the word before it (C++, Rh−) or the number after it ($5, <5)."""
    symbol = match.group()
    if symbol in _TELLING or (symbol in "$¥€£<>≤≥" and _FIGURE.match(text, match.end())):
        return symbol
    return ""


def _japanese(run: str, offset: int) -> list[Token]:
    folded = _folded_kana(run)
    tokens: list[Token] = []
    cursor = 0
    for surface, feature in _units(run):
        start = run.find(surface, cursor)
        if start < 0:
            continue
        cursor = start + len(surface)
        lemma = re.sub(r"-.*", "", feature.lemma or surface)
        pos = "/".join(part for part in (feature.pos1, feature.pos2, feature.pos3) if part and part != "*")
        key = "".join(folded[start:cursor])
        key = _AND.get(key, key)
        kind = "symbol" if not key and not surface.strip("・ー゠") else "japanese"
        tokens.append(Token(surface, offset + start, offset + cursor, key, _IRREGULAR.get(lemma, lemma), kind, pos))
    return tokens


def _units(run: str) -> Iterator[tuple[str, Any]]:
    """Yield the short units; names that are in no dictionary come as one (マーテン・シュミット) and are parted."""
    for word in tagger()(run):
        for part in _PARTED.findall(word.surface) if word.feature.lemma is None else [word.surface]:
            yield part, word.feature


def _folded_kana(run: str) -> list[str]:
    """Return the contribution of each character of a Japanese run to a key, "" for none."""
    chars = [char if char != "・" else "" for char in run.translate(_KANJI_FORMS)]
    chars = [chr(ord(char) + 0x60) if HIRAGANA_LETTER.match(char) else char for char in chars]
    for match in _KATAKANA_RUN.finditer(run):
        letters = len(match.group().replace("ー", ""))
        for i in range(match.start(), match.end()):
            final = i + 1 == match.end() and len(match.group()) > 3
            if chars[i] == "ー" and (letters > 3 or final):
                chars[i] = ""
    for i in range(len(chars) - 1):
        pair = _KANA_PAIRS.get(chars[i] + chars[i + 1])
        if pair is not None:
            chars[i], chars[i + 1] = pair, ""
    return [char.translate(_KANA_SINGLES) for char in chars]
