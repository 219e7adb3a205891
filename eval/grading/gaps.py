"""Decide whether the gap that a refusal names is what was asked.

"The year is not given" leaves "When was it built?" open; "the architect is not named" does not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from eval.grading.remark_words import remark_words
from rag.text.tokens import Token, tokenise

_I = re.IGNORECASE
TELLS = (
    r"(?:mention|stat(?:e|ing)|say|said|tell|told|giv|provid|specif|indicat|contain|includ|nam|describ|reveal|cover"
    r"|discuss|address|list(?!en)|suggest|recommend|identif|clarif|disclos|explain|show|refer|record|offer|answer"
    r"|attribut|credit|elaborat|quantif|pinpoint|appear|found(?!at)|find|confirm|(?:go|goes|get|gets|delve) into"
    r"|touch(?:es)? on|speaks? to)\w*"
)
_NO_AGENT = (
    "(?:however|never|other|another|after|under|over|further|whether|rather|together|either|neither|paper|chapter"
    "|number|order|later|earlier|answer|refer|offer|cover|consider)"
)
_ASPECTS = (
    (
        r"\bwho(?:se|m)?\b|誰|だれ|何者",
        rf"\b(?:names?|person|people|identity|(?!{_NO_AGENT}\b)\w{{2,}}(?:er|or|ist"
        r"|ian))\b|名前|氏名|.*[者人長家物]",
    ),
    (
        r"\bwhen\b|what time|いつ|何年|何月|何日|何時",
        r"dates?|years?|days?|times?|months?|hours?|日|年|時期|日付|月|時刻|時間",
    ),
    (r"\bwhere\b|どこ|何処", r"place|location|site|where|場所|地|所在|位置"),
    (
        r"how many|how much|何人|何個|何件|いくつ|いくら|どのくらい",
        r"numbers?|counts?|amounts?|figures?|prices?|costs?|fees?|数|量|額|値段|価格|金額|数字|費用|料金|運賃|代金",
    ),
    (r"how (?:tall|high)", r"height"),
    (
        r"how (?:long|old|heavy|far|fast|big|large|wide|deep)",
        r"length|duration|age|weight|distance|speed|size|area|width|depth",
    ),
    (r"\bwhy\b|なぜ|どうして", r"reason|cause|理由|原因"),
    (r"\bname\b|\bcalled\b|名前|何という|何て", r"names?|identity|名前|氏名|名称|名"),
    (r"\bwhich\b|どの|どれ|どちら|どこ", r"which|どの|どれ|どちら|どこ"),
)
REPEATED = 0.6
"""Of the content words of a clause: what it shares with the question when it repeats that."""
_OTHER = re.compile(
    r"\b(?:exact|exactly|precise|specific|explicit|explicitly|directly|other|else|before|after|average|also|further"
    r"|full|complete|more|remaining|remainder|additional|rest of the)\b|残りの"
    r"|まで(?:は|も)?(?!の)|それ以上|正確|詳し|詳細|具体|平均|直接|明確|はっきり|以外|以前|以後|その他|ほか",
    _I,
)
_NUMBERED = re.compile(
    r"第\d{1,2}(?!の?(?:文|章|節|段|資料|パッセージ|出典))[一-鿿ァ-ヴー]{1,6}"
    rf"|\b(?:second|third|fourth) (?!{TELLS}|(?:passage|text|document|source|paragraph|section|article)s?\b)[a-z]+",
    _I,
)
"""One of several things of a kind: 第2工場."""
_UP_TO = re.compile(r"([一-鿿ァ-ヴー]{1,12})まで(?:は|も)?")
_NAMES_KIND = frozenset("名数額日年月")  # 大学名 for どこの大学
_PART_OF_YEAR = re.compile(r"\b(?:month|day|season|hour)s?\b|(?<!年)(?:何?月|何?日(?!付|にち)|月日)", _I)
_YEAR = re.compile(r"(?<![\d.,])[12]\d{3}(?!\d)|(?:昭和|平成|令和|大正|明治)(?:元|\d{1,2})年")
_WHOLE_YEAR = re.compile(r"\byears?\b|年", _I)
_SAYS_WHEN = frozenset("it they in on at year be was were from date dates dated 年 こと ため".split())
_BEGINNING = 5
"""Letters that "extended" and "extension" share."""
_QUESTION_WORD = re.compile(r"\b(?:whom?|where|when|why)\b|誰|どこ|いつ|なぜ", _I)
_ELLIPTIC = re.compile(r"\b(?:whom?|where|when|why)\b(?=\W*$| (?:is|was|are|were|has|remains)\b)", _I)
_GAP = (
    "among anywhere cover address list name publish document detail disclose clarify touch leaflet brochure manual "
    "page profile work guess clue idea hint trace sign answer information figure number value covered addressed "
    "listed named published documented detailed disclosed clarified touched worked guessing inferred found traced "
    "figured pinned settled spelled spelt elaborated 存在 見受ける 載る 分かる 判る 氏名 名前 断定 断言 定か 得る "
    "得られる 窺う 知る 読み取る 確認 不足 足りる 足る 避ける 控える 差し控える 難しい 困難 無理 不可 把握 取れる "
    "取る 与える 伝わる 伝える 手掛かり 手がかり 糸口 箇所 見当たる 推定 推測 類推 推論 読み解く 突き止める 掴む "
    "見極める 判然 判明 公開 公表 開示 掲示 掲載 収録 網羅 記入 登録 残る 残す 挙がる 挙げる 列挙 示唆 明かす 語る "
    "discuss elaborate attribute identify quantify break broken trace record reported "
    "論じる 扱う 取り上げる 言い切る 聞く 該当 可否 有無 明らか 旨 数字 数値 無い 無し"
)
"""What is told or not, beside the vocabulary of talk about answering."""
_LACK = re.compile(
    r"\b(?:not|no|none|neither|never|nothing|nowhere|cannot|without|unable|impossible|hard|difficult|nor|hardly)\b"
    r"|n't\b",
    _I,
)
_TELLS_NOTHING = re.compile(rf"\b{TELLS} (?:us |me |you )?(?:no|nothing|neither|none)\b", _I)
_LACK_JA = re.compile(
    r"(?:ません|ない|なく|なかった|なし|無し|ず|ぬ)|^(?:難し|困難|避け|控え|差し?控え|不可|無理|不足|不明)"
)
_ABOUT = re.compile(
    r"[^、。]{1,30}?(?:に関する|についての?|に関しての?|に関して)|\b(?:about|regarding|concerning|as to|on|for) "
    r"[^,.;]{1,40}$",
    _I,
)
"""What information is about; it may be named in other words than the question's."""
_ROOT = 5  # letters that derived English words share: design, designer
_FILLING = re.compile(r"never|nowhere|any|only|anywhere|nothing|something", _I)


def lacks_information(question: str, clause: str) -> bool:
    """Return whether a clause says something is missing: "it is not among the details", 答えは文書には存在しません.

    It has no words but those of the question, of what that asks for, and of talk about answering.
    """
    tells = telling_words() - (remark_words().source & {token.stem for token in tokenise(question)})
    about = _ABOUT.sub(" ", clause)
    tokens = tokenise(about)
    telling = [token for token in tokens if token.content and (token.stem in tells or token.key in tells)]
    if not telling or not _all_known(question, _content(about)):
        return False
    if any(token.kind == "japanese" for token in tokens):
        return bool(_LACK_JA.search(about[telling[-1].start :]))
    lack = _LACK.search(about)
    asked = {token.stem for token in tokenise(question)}
    following = [token for token in tokenise(about[lack.end() :])[:6] if token.stem not in asked] if lack else []
    return any(token.stem in tells or token.key in tells for token in following) or bool(_TELLS_NOTHING.search(about))


@functools.cache
def telling_words() -> frozenset[str]:
    """Return the stems of words for telling something, and for what tells it."""
    return (remark_words().source | remark_words().report | _gap_words()) - {"出る"}  # prizes and trains, too


@functools.cache
def _gap_words() -> frozenset[str]:
    return frozenset(stem for token in tokenise(_GAP) for stem in (token.stem, token.key, token.surface) if stem)


def _all_known(question: str, tokens: Sequence[Token]) -> bool:
    """Return whether each word is one of the question, of what it asks for, or of talk about answering."""
    known = remark_words().known | _gap_words() | {token.stem for token in tokenise(question)}
    aspects = _aspects(question)
    kanji = frozenset(re.findall("[一-鿿]", question))
    return all(
        token.stem in known
        or _FILLING.fullmatch(token.key)
        or not kanji.isdisjoint(token.surface)
        or any(re.fullmatch(names, token.surface.removesuffix("'s"), _I) for names in aspects)
        for token in tokens
    )


def gap_is_asked(question: str, clause: str) -> bool:
    """Return whether a refusal names what was asked, and nothing else."""
    if _of_another(question, clause) or not _all_known(question, _content(clause)):
        return False
    return names_asked(question, clause)


def _of_another(question: str, clause: str) -> bool:
    """Return whether a clause is about something finer or other than was asked: "the exact depth", その他."""
    named = (match.group().lower() for pattern in (_OTHER, _NUMBERED) for match in pattern.finditer(clause))
    return any(word not in question.lower() for word in named)


def leaves_open(question: str, refusal: str, *, first: bool) -> bool:
    """Return whether a refusal is about what was asked: it names that, or comes `first` and names no further detail."""
    refusal = _UP_TO.sub(lambda match: match[1] if _is_asked(question, match[1]) else match[0], refusal)
    if _of_another(question, refusal):
        return False
    if not first and _is_narrower(question, refusal):
        return False
    asked, left = _question_words(question), _question_words(refusal)
    if asked and left and not asked & left:
        return False  # "the text does not say who signed it" leaves no place open
    kanji = frozenset(re.findall("[一-鿿]", question))
    content = _content(refusal)
    nothing = all(token.stem in telling_words() or token.stem.startswith("unab") for token in content)
    named = names_asked(question, refusal) or any(not kanji.isdisjoint(token.surface) for token in content)
    return first or nothing or named


def is_finer(question: str, refusal: str, given: Sequence[str]) -> bool:
    """Return whether a gap is a part of a date that an answer gives the year of: "1932; the month is not stated".

    >>> is_finer("When was it built?", "the month is not stated", ["It was built in 1932"])
    True
    """
    parts = {part.lower() for part in _PART_OF_YEAR.findall(refusal)}
    if not parts or _WHOLE_YEAR.search(refusal) or any(part in question.lower() for part in parts):
        return False
    asked = {token.stem for token in tokenise(question) if token.content}
    return any(_YEAR.search(clause) and _only_of(asked, clause) for clause in given)


def _only_of(asked: set[str], clause: str) -> bool:
    """Return whether a clause says nothing but what was asked, and when: no other event, no other subject."""
    words = {token.stem for token in tokenise(_YEAR.sub("", clause)) if token.content} - remark_words().known
    beginnings = {word[:_BEGINNING] for word in asked}
    return all(
        word in _SAYS_WHEN
        or word.isdigit()
        or word in asked
        or (len(word) > _BEGINNING and word[:_BEGINNING] in beginnings)
        for word in words
    )


def _is_narrower(question: str, refusal: str) -> bool:
    """Return whether a refusal is about that of something else: 子どもの料金 where the price was asked."""
    known = remark_words().known | _gap_words() | {token.stem for token in tokenise(question)}
    tokens = tokenise(refusal)
    for owner, of, thing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if of.surface == "の" and owner.content and owner.pos.startswith("名詞") and owner.stem not in known:
            return _is_asked(question, thing.surface) and not set(owner.surface) & set(question)
    return False


def _is_asked(question: str, noun: str) -> bool:
    """Return whether a Japanese noun is what was asked for: in its words, or by its kind (大学名 for どこの大学)."""
    return set(noun) <= set(question) | _NAMES_KIND or names_asked(question, noun)


def _question_words(text: str) -> set[str]:
    return {match.lower().removesuffix("m") for match in _QUESTION_WORD.findall(text)}


def names_asked(question: str, clause: str) -> bool:
    """Return whether a clause has a word of the question, or a word for what it asks for: a name for "who"."""
    if any(re.search(rf"(?<![a-z])(?:{names})", clause, _I) for names in _aspects(question)):
        return True  # "holidays" are no days
    if _question_words(question) & _question_words(" ".join(_ELLIPTIC.findall(clause))):
        return True
    asked = {token.stem for token in _content(question)}
    roots = {stem[:_ROOT] for stem in asked if stem.isascii() and len(stem) >= _ROOT}  # the designer of a design
    return any(token.stem in asked or token.stem[:_ROOT] in roots for token in _content(clause))


def shared_words(question: str, clause: str) -> float:
    """Return the share of a clause's content words that the question has, 0 to 1."""
    asked = {token.stem for token in tokenise(question)}
    words = [token.stem in asked for token in tokenise(clause) if token.content and not token.surface.endswith("n't")]
    return sum(words) / max(1, len(words))


def _aspects(question: str) -> list[str]:
    """Return patterns of the words for what a question asks for: 年 for いつ, 色 for 何色."""
    return [names for asks, names in _ASPECTS if re.search(asks, question, _I)] + re.findall(r"何([一-鿿])", question)


def _content(text: str) -> list[Token]:
    known = remark_words().source
    tokens = (token for token in tokenise(text) if token.content or _limits(token))
    return [t for t in tokens if t.stem not in known and not t.surface.lower().endswith("n't")]


def _limits(token: Token) -> bool:
    """Return whether a prefix makes another thing of the word behind it: 副 of 副責任者, not the polite お and ご."""
    return token.pos == "接頭辞" and token.stem != "御"
