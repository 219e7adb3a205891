"""The sentences of a canonical answer, with quotations kept whole, and what polite Japanese adds to its end."""

from __future__ import annotations

import re

from eval.grading.remark_words import remark_words
from rag.text.sentences import ANSWER, sentence_parts
from rag.text.tokens import Token, tokenise

_ENDING = re.compile(
    r"(?:(?:なの|なん|の)?(?:です|でした|である|であります|であった|でございます)|(?:だと|と"
    r"|だったと)(?:思(?:います|う)|考えられ(?:ます|る)|され(?:ます|る|ています|ている))"
    r"|(?<=[一-鿿ァ-ヴーA-Za-z0-9」』])だ(?:った|よ|ね)?|でしょう|だろう|(?:に|と)(?:なります|なる|なりました"
    r"|なっています)|(?:と|って)(?:言|い)(?:います|う|われ(?:ます|る|ています|ている))"
    r"|と呼ばれ(?:ます|る|ています|ている|ました|た)|と呼び?(?:ます|ぶ|んでいます)|(?:の)?ことです|のこと"
    r"|にあります|にある|によって|により|(?<=[です])[よね])$"
    r"|(?<=..)(?:さん|氏|さま|様|先生|博士|君)$"
)
_QUOTATION = re.compile(r"「[^「」\n]{1,400}」|『[^『』\n]{1,400}』|\"[^\"\n]{1,400}\"")
_NEW_SENTENCE = re.compile(
    r"\s{0,9}$|\s{0,9}\n|\s{1,9}[A-Z\"(]|(?=[一-鿿ァ-ヴぁ-ん(])(?![とはがのでにをもやかっだなよねへ])"
)
_ONLY_QUOTED = re.compile(
    r"^(?:(?:\W*|(?:最終)?(?:回答|答え|解答|結論)|[^「」『』。]{1,60}[】、:])[「『][^「」『』\n]{1,400}[」』](?:\([^()\n]{1,60}\))?"
    r"|[^「」『』()、。]{1,30}\([^()\n]{1,60}\))(?=[^\W\d_ァ-ヴ])"
    r"|^[^「」『』。、\n]{1,40}[A-Z]\.(?=[一-鿿])|^[^\"\n]{0,80}\"[^\"\n]{1,400}\"\s(?=[A-Z])"
)
_OPENS = ("連体詞", "副詞", "接続詞", "接頭辞", "感動詞", "代名詞", "形状詞")
_JOINS = frozenset("以外 以前 以後 以降 以内 以下 など 側 語 字 形".split())
_PARTICLES = frozenset(
    "がではもとにをのやへか"
)  # alone some are read as conjunctions or interjections: X(3 m)が, 『X』は
_GOES_ON = re.compile(r"(?<=[、,])\n")  # a comma at the end of a line ends no sentence
_HIDDEN = str.maketrans("。.!?", "____")
_MOST_ENDINGS = 12  # one behind another; a model in a loop repeats one without end
_LONGEST_ENDING = 24  # characters; more than any ending that `_ENDING` removes


def sentences(text: str) -> tuple[str, ...]:
    """Return the different sentences of a canonical text that have a letter or digit, end marks kept."""
    parts = (part.strip() for part in sentence_stretches(text))
    return tuple(dict.fromkeys(part for part in parts if any(char.isalnum() for char in part)))


def sentence_stretches(text: str) -> list[str]:
    """Cut a text behind each of its sentences; joined, the stretches are the text. A quotation is not cut.

    >>> sentence_stretches('「鯨は魚である。」は誤りです。次です。')
    ['「鯨は魚である。」は誤りです。', '次です。']
    """
    cuts, at = [], 0
    for part in sentence_parts(_GOES_ON.sub(" ", _QUOTATION.sub(_masked, text)), ANSWER):
        end = _end_of_answer(text[at : at + len(part)])
        cuts += [text[at : at + end], text[at + end : at + len(part)]] if end else [text[at : at + len(part)]]
        at += len(part)
    return cuts


def _end_of_answer(part: str) -> int:
    """Return where a quotation ends that a new sentence follows without a full stop, else 0: 「桜」以上です."""
    quoted = _ONLY_QUOTED.match(part)
    following = tokenise(part[quoted.end() :])[:1] if quoted else ()
    known = remark_words().known
    opens = any(
        token.surface not in _PARTICLES and (token.pos.startswith(_OPENS) or _opens(token, known))
        for token in following
    )
    return quoted.end() if quoted and opens else 0


def _opens(token: Token, known: frozenset[str]) -> bool:
    """Return whether a noun or verb of talk begins a new sentence: 「桜」詳しくは, unlike 「桜」以外."""
    if token.kind == "latin":
        return not token.content or token.stem in known or token.key in known
    return token.content and token.stem in known and not token.pos.startswith("接尾辞") and token.surface not in _JOINS


def _masked(match: re.Match[str]) -> str:
    """Return a quotation without end marks, except one at its end behind which a new sentence begins."""
    quoted = match.group()
    last = 2 if _NEW_SENTENCE.match(match.string, match.end()) else 1
    return quoted[0] + quoted[1:-last].translate(_HIDDEN) + quoted[-last:]


def strip_endings(text: str) -> str:
    """Remove Japanese sentence endings, honorifics, quotation marks and punctuation, unless nothing would remain.

    >>> strip_endings("東京です。"), strip_endings("徳川家康さんでした"), strip_endings("です")
    ('東京', '徳川家康', 'です')
    """
    marks = " \"'「」『』()[]、。,.!?:;"
    for _ in range(_MOST_ENDINGS):
        tail = text[-_LONGEST_ENDING:]
        shorter = (text[: -len(tail)] + _ENDING.sub("", tail)).strip(marks) if text else ""
        if not shorter or shorter == text:
            break
        text = shorter
    return text
