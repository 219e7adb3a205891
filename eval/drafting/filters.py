"""The filters that a drafted question must pass by its text alone; each is a reason to drop it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from eval.dataset.items import GoldPassage, Item
from eval.drafting.english_wording import asks_elsewhere, points_at_unknown, says_twice
from eval.drafting.subjects import plain_title
from eval.drafting.targets import DraftTarget
from eval.set_check.questions import find_answers_in_questions
from rag.text.canonical import canonical
from rag.text.language import detect
from rag.text.tokens import Token, is_name, tokenise
from rag.text.word_match import folded

_SHORTEST, _LONGEST = 8, 200
"""Characters of a question."""
_LABEL: Final = re.compile(
    r"^\s{0,9}(?:Question|Q|質問文?|問題文?|問)\s{0,9}\d{0,2}\s{0,9}[:：.]\s{0,9}", re.IGNORECASE
)
_ENDS: Final = re.compile(r"[?？]$|(?:ですか|ますか|でしたか|ましたか|でしょうか)。?$")
_ASKS: Final = re.compile(
    r"\b(?:who|whom|whose|what|which|where|when|why|how)\b"
    r"|何|なに|なん|誰|だれ|どこ|いつ|いくつ|いくら|どの|どれ|どちら|どんな|どう|なぜ",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"(?:この|その|上記|下記|以下|前述|本|次)の?(?:文書?|文章|本文|資料|記事|テキスト|題名|段落|内容)|本文|文中|文章|筆者|上記|前述|答え|題名"
    r"|\b(?:passages?|texts?|articles?|documents?|paragraphs?|excerpts?|titles?|mentioned|described above|above|"
    r"following|according to (?:the|this)|answers?)\b",
    re.IGNORECASE,
)
"""Words of somebody who has the page before them."""
_POINTS: Final = re.compile(
    r"この|その|あの|これ|それ|そこ|ここ|あれ|彼|同(?:社|氏|国|年|作|書|館)"
    r"|\b(?:he|she|it|they|him|her|his|hers|its|their|them|this|these|those|here)\b",
    re.IGNORECASE,
)
"""Words that point at something, which the question must name before them."""
_SOMEBODY: Final = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)
"""What takes the place of a subject: the post that he had always wanted."""
_FULL_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: of)?(?: the)? [A-Z][\w'-]+")
_FREE: Final = 1
"""Words of its own that an English question may have ("located"); with more it says what its text does not."""
_ENOUGH: Final = 4
"""Content words from which on a question about a document without a title may do without a name."""


class DropReason(StrEnum):
    """Why a draft is not in the set, in the order of the filters."""

    FAILED = "no reply"
    FORM = "not a question"
    DEPENDENT = "needs its passage"
    INVENTED = "says more than its passage"
    REPEATS = "says a word twice"
    OTHER_CLAUSE = "asks of another clause"
    ANSWER_INSIDE = "answer in the question"
    NOT_RETRIEVED = "passage not retrieved"
    ROUND_TRIP = "answered otherwise"
    NEAR_DOUBLE = "near duplicate"


def read_question(reply: str) -> str:
    """Return the question in a model's reply: its first line, without a label and quotation marks around it."""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    text = _LABEL.sub("", lines[0]) if lines else ""
    inner = re.fullmatch(r"[\"“「]([^\"”「」]+)[\"”」]", text)
    return " ".join((inner[1] if inner else text).split())


def drop_by_text(question: str, target: DraftTarget) -> DropReason | None:
    """Return why a question cannot be kept whatever the documents say, None if nothing is wrong with its text."""
    language = target.chunk.language
    if not (
        _SHORTEST <= len(question) <= _LONGEST
        and _ENDS.search(question)
        and _ASKS.search(question)
        and "who or what" not in question.lower()
        and detect(question) == language
    ):
        return DropReason.FORM
    if not stands_alone(question, target.chunk.title):
        return DropReason.DEPENDENT
    if language == "en" and (reason := _drop_in_english(question, target)) is not None:
        return reason
    item = drafted_item("1", question, target)
    if folded(canonical(target.answer)) in folded(canonical(question)) or any(
        find_answers_in_questions([item], language)
    ):
        return DropReason.ANSWER_INSIDE
    return None


def _drop_in_english(question: str, target: DraftTarget) -> DropReason | None:
    """Return why an English question, which a model has written, cannot be kept."""
    if (
        not _names_its_subject(question, target)
        or _SOMEBODY.search(question)
        or points_at_unknown(question, target.excerpt, target.chunk.title)
    ):
        return DropReason.DEPENDENT
    if len(_invented(question, target)) > _FREE:
        return DropReason.INVENTED
    if says_twice(question, target.chunk.title):
        return DropReason.REPEATS
    return DropReason.OTHER_CLAUSE if asks_elsewhere(question, target) else None


def stands_alone(question: str, title: str = "") -> bool:
    """Tell whether a question can be understood by itself: it names what it is about, and points at nothing else.

    It has a word of the title of its document, or another name.

    >>> stands_alone("In what year was the Forth Bridge opened?"), stands_alone("When was it opened?")
    (True, False)
    >>> stands_alone("フォース橋が開通したのは何年ですか？"), stands_alone("この橋が開通したのは何年ですか？")
    (True, False)
    """
    text = canonical(question)
    if _PAGE.search(text):
        return False
    tokens = tokenise(text)
    titled = frozenset(token.stem for token in tokenise(canonical(title)) if token.content)
    names = [token for token in tokens if token.content and _names(token, titled)]
    first = min((token.start for token in names), default=len(text))
    if any(match.start() < first for match in _POINTS.finditer(text)):
        return False
    words = sum(token.content and not _ASKS.fullmatch(token.surface) for token in tokens)
    return bool(names) or (not titled and words >= _ENOUGH)


def _names_its_subject(question: str, target: DraftTarget) -> bool:
    """Return whether an English question has the title, or where its sentence does not, a name of several words."""
    title = plain_title(target.chunk.title).removeprefix("The ")
    if title and folded(canonical(title)) in folded(canonical(question)):
        return True
    return not target.about_title and (not title or _FULL_NAME.search(question) is not None)


def _invented(question: str, target: DraftTarget) -> frozenset[str]:
    """Return the content words of an English question that its passage and the words to ask with do not have."""
    source = f"{target.excerpt} {target.chunk.title} {target.asks}"
    known = {token.stem for token in tokenise(canonical(source))}
    asked = {token.stem for token in tokenise(canonical(question)) if token.content and token.kind == "latin"}
    return frozenset(asked - known)


def _names(token: Token, titled: frozenset[str]) -> bool:
    """Return whether a word is of the title, or a name by more than the capital that begins a sentence."""
    return token.stem in titled or (is_name(token) and (token.start > 0 or token.kind == "japanese"))


def drafted_item(number: str, question: str, target: DraftTarget, *, answerable: bool = True) -> Item:
    """Return a draft as a question of a verification set; its evidence is the text around the answer."""
    language = target.chunk.language
    gold = (GoldPassage(target.chunk.source, target.start, target.end),) if answerable else ()
    return Item(number, "open_qa", {language: question}, {language: target.answer}, {}, gold, answerable=answerable)
