"""The spans of an answer: what it puts forward that a passage may have, and the question does not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.canonical import canonical
from rag.text.letters import HIRAGANA
from rag.text.numbers.dates import DateValue
from rag.text.numbers.quantities import Value, read_numbers
from rag.text.refusals import after_refusal, is_refusal
from rag.text.sentences import ANSWER, sentence_parts
from rag.text.tokens import Token, is_name, tokenise
from rag.text.word_match import folded

LIMIT = 4000  # characters of an answer that are read
_HIRAGANA = re.compile(rf"[「『]?([{HIRAGANA}]{{3,}}?)[」』]?(?:です|でした|だ)?[。.]?")
_NEAR = 8  # characters before a word that tell whether a sentence begins with it
_TORN = 1  # words at the end of an answer that was cut off
Kind = Literal["number", "date", "name", "quotation", "words"]
_QUOTATION = re.compile(r"「([^「」]{2,400})」|『([^『』]{2,400})』|\"([^\"]{2,400})\"")
_SOURCE = re.compile(
    r"\b(?:passages?|documents?|sources?|steps?|texts?)\s{0,9}[(\[]?\d{1,2}[)\]]?"
    r"(?:\s{0,9}(?:and|,)\s{0,9}[(\[]?\d{1,2}[)\]]?)*"
    r"|\b\d{1,2} (?:given |provided )?(?:passages|documents|sources|steps|texts)\b"
    r"|(?:文書|文章|資料|出典|パッセージ|ステップ|手順|段落)\s{0,9}[(\[]?\d{1,2}[)\]]?|第\d{1,2}(?:段落|文|節)"
    r"|(?<![\w/.-])[\w/.-]{1,200}\.(?:md|txt|pdf|docx|html)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:^|(?<!\b[A-Z])[.!?:;。、\n\"'(「『*-])\s*$")
_PARTICLES = frozenset("of de da di del von van der den la le al bin ibn".split())
_JOINS = re.compile(rf"[ \t]?(?:[-・=']|(?:(?:{'|'.join(sorted(_PARTICLES))})[ \t]){{1,2}})?[ \t]?", re.IGNORECASE)
_ANY = frozenset("つ個")  # Japanese counters of anything
_ONE_COUNTER = {"名": "人"}
_CLAUSE = re.compile(r"[.,;:!?()\n\x1f、。]|\d")
_REACH = 40  # characters behind a number, in which English says what it counts
_LEAD = re.compile(r"(?<=\S)(?:,\s|;|、|\(|\n|[.!?]\s|。|\s(?:which|who|whose|because|although|but)\s)")
_FEW = 8  # content words of an answer without a span; of more, those of its first clause count
_TALK = frozenset(
    "passage document text context source information article answer question step statement sentence data fact name "
    "title based according provided given following mentioned stated shown yes no true false correct incorrect right "
    "wrong sorry please note summary conclusion reason explanation result label choice option relevant key therefore "
    "determine determined determining follow follows identify recall verify analyze analyse extract provide find known "
    "文書 文章 資料 情報 本文 記事 出典 回答 答え 質問 問題 正解 正しい 誤り はい いいえ 真 偽 以下 上記 理由 説明 "
    "結果 内容 記載 記述 提供 確認 こと もの ため よう 通り 場合 方 選択肢 該当 基づく 書く 述べる 示す 言う 因る 有る "
    "為る 成る 居る 呼ぶ 名前 名 文".split()
)


@dataclass(frozen=True, slots=True)
class SoughtSpan:
    """A stretch of an answer: its words, of a name those that the question does not have, or its value."""

    text: str
    kind: Kind
    tokens: tuple[Token, ...]
    value: Value | None = None
    counted: frozenset[str] = frozenset()
    """The words behind a number without a unit, one of which says what it counts: 人 of 3人."""
    yearless: bool = False
    """Whether a date stands only where no year does, as the rest of a date whose year stands elsewhere."""


def find_spans(question: str, answer: str, *, cut_off: bool = False) -> tuple[SoughtSpan, ...]:
    """Return the numbers, dates, names and quotations of an answer that the question does not have.

    Without any, its other content words are one span; without these either, there is none. Refusals put nothing
    forward, and neither does the last word of an answer that was `cut_off`.

    >>> [(span.kind, span.text) for span in find_spans("Who won, and when?", "Mikio Oda won in 1928.")]
    [('name', 'Mikio Oda'), ('date', 'in 1928')]
    """
    asked = _Asked(canonical(question))
    text = _SOURCE.sub(" ", _asserted(canonical(answer)[:LIMIT]))
    if cut_off:
        text = text[: min((token.start for token in tokenise(text)[-_TORN:] if token.key), default=len(text))]
    quotations = list(_quotations(asked, text))
    masked = _masked(text, [match.span() for match, _ in quotations])
    values = list(_values(asked, masked))
    masked = _masked(masked, [(value.start, value.end) for value in read_numbers(masked).values])
    found = [(match.start(), span) for match, span in quotations]
    found += [(span.value.start, span) for span in values if span.value is not None]
    found += [(span.tokens[0].start, span) for span in _names(asked, masked)]
    spans = {_identity(span): span for _, span in sorted(found, key=lambda pair: pair[0], reverse=True)}
    return tuple(spans.values())[::-1] or _words(asked, masked)


def _identity(span: SoughtSpan) -> object:
    """Return what two spans of an answer that say the same have in common."""
    value = span.value
    if value is None:
        return folded(span.text)
    return value.fields if isinstance(value, DateValue) else (value.value, value.unit)


class _Asked:
    """The words and values of a question."""

    def __init__(self, text: str) -> None:
        tokens = tokenise(text)
        self.known = {token.key for token in tokens if token.key} | {token.stem for token in tokens if token.key}
        self.values = read_numbers(text).values

    def has(self, token: Token) -> bool:
        return token.key in self.known or token.stem in self.known

    def states(self, value: Value) -> bool:
        return any(same_value(value, held) for held in self.values)


def same_value(value: Value, other: Value) -> bool:
    """Return whether `other` states `value`; a year may be a date or a bare number."""
    if isinstance(value, DateValue):
        if isinstance(other, DateValue):
            return other.gives(value)
        return value.month is None and other.unit is None and other.value == value.year
    if isinstance(other, DateValue):
        return value.unit is None and value.value == other.year
    return value.same(other)


def _asserted(text: str) -> str:
    """Return an answer without its refusals, but with what they are followed by ("but it is Tokyo")."""
    parts = sentence_parts(text, ANSWER)
    return "".join(part if not is_refusal(part.strip()) else after_refusal(part) or "" for part in parts)


def _masked(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    """Return the text with stretches blanked, so that offsets stay."""
    letters = list(text)
    for start, end in stretches:
        letters[start:end] = "\x1f" * (end - start)
    return "".join(letters)


def _quotations(asked: _Asked, text: str) -> Iterator[tuple[re.Match[str], SoughtSpan]]:
    for match in _QUOTATION.finditer(text):
        inner = next(filter(None, match.groups()))
        tokens = tokenise(inner)
        content = [token for token in tokens if token.content]
        if content and not all(asked.has(token) for token in content):
            yield match, SoughtSpan(inner.strip(), "quotation", tokens)


def _values(asked: _Asked, text: str) -> Iterator[SoughtSpan]:
    for value in read_numbers(text).values:
        stretch = text[value.start : value.end]
        if not asked.states(value):
            kind: Kind = "date" if isinstance(value, DateValue) else "number"
            yield SoughtSpan(stretch.strip(), kind, (), value, counted_by(text, value))


def counted_by(text: str, value: Value) -> frozenset[str]:
    """Return what a number without a unit counts, if anything: the counter of Japanese, or the English words behind it.

    >>> [sorted(counted_by(text, read_numbers(text).values[0])) for text in ("7 large towns in", "9 is the sum", "3人")]
    [['larg', 'town'], [], ['人']]
    """
    if isinstance(value, DateValue) or value.unit is not None:
        return frozenset()
    after = _CLAUSE.split(text[value.end : value.end + _REACH], maxsplit=1)[0]
    tokens = [token for token in tokenise(after) if token.key]
    if tokens and tokens[0].kind == "japanese":
        first = after[:1]
        counts = tokens[0].start == 0 and tokens[0].pos.startswith(("名詞", "接尾辞")) and first not in _ANY
        return frozenset({_ONE_COUNTER.get(first, first)} if counts else ())
    counted = itertools.takewhile(lambda token: token.kind == "latin" and token.content, tokens)
    return frozenset(token.stem for token in counted)


def _names(asked: _Asked, text: str) -> Iterator[SoughtSpan]:
    """Yield the names: words that look like one, side by side, with the nouns that Japanese joins to them."""
    tokens = [token for token in tokenise(text) if token.surface != "\x1f"]
    for run in _runs(text, tokens):
        fresh = [token for token in run if _tells(token) and not asked.has(token)]
        opens = [token for token in fresh if token.kind == "latin" and _only_opens(text, token, run)]
        if fresh and fresh != opens:
            own = tuple(token for token in run if not asked.has(token))
            yield SoughtSpan(text[run[0].start : run[-1].end].strip(), "name", own)


def _tells(token: Token) -> bool:
    """Return whether a token looks like a name, and neither like "I'll" nor like talk about answering."""
    initial = token.kind == "latin" and len(token.key) == 1
    return (
        is_name(token)
        and token.content
        and not initial
        and not token.surface.startswith("I'")
        and token.key not in _TALK
    )


def _only_opens(text: str, token: Token, run: Sequence[Token]) -> bool:
    """Return whether a word may owe its capital to standing first in a sentence."""
    alone = len(run) == 1 or token is not run[0] or not is_name(run[1])
    follows = token is run[0] and _OPENS.search(text[: token.start]) is not None
    return (
        follows and (alone or len(run) > 1) and not token.surface.isupper() and not any(map(str.isdigit, token.surface))
    )


def _runs(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    run: list[Token] = []
    for token in tokens:
        if not token.key or (run and token.key in _PARTICLES):
            continue
        between = text[run[-1].end : token.start] if run else ""
        if run and not (_JOINS.fullmatch(between) and _belongs(run[-1], token, between)):
            yield from _named(run)
            run = []
        if is_name(token) or run or _is_noun(token):
            run.append(token)
    yield from _named(run)


def _named(run: list[Token]) -> Iterator[list[Token]]:
    while run and run[-1].pos.startswith("接頭辞"):
        run = run[:-1]
    if any(is_name(token) for token in run):
        yield run


def _belongs(before: Token, token: Token, between: str) -> bool:
    """Return whether a token continues a name: another name, or in Japanese a noun joined to it."""
    if token.kind == "latin" or before.kind == "latin":
        return is_name(token) and is_name(before)
    return is_name(token) or (_is_noun(token) and not between.strip("・="))


def _is_noun(token: Token) -> bool:
    return token.kind == "japanese" and token.pos.startswith(("名詞", "接尾辞/名詞的", "接頭辞"))


def _words(asked: _Asked, text: str) -> tuple[SoughtSpan, ...]:
    """Return the content words that are neither the question's nor talk about answering as one span.

    Of many, those of the first clause that has any.
    """
    words = _fresh(asked, text)
    if len(words) > _FEW:
        words = next(filter(None, (_fresh(asked, clause) for clause in _LEAD.split(text))), words)
    if not words:
        return _kana_word(asked, text)
    joined = "".join(f" {token.surface}" if token.kind == "latin" else token.surface for token in words)
    return (SoughtSpan(joined.strip(), "words", tuple(words)),)


def _fresh(asked: _Asked, text: str) -> list[Token]:
    return [
        token
        for token in tokenise(text)
        if token.content
        and (token.kind == "latin" or token.pos.startswith(("名詞", "形容詞", "形状詞", "接尾辞/名詞的")))
        and not asked.has(token)
        and not {token.key, token.stem, token.surface} & _TALK
        and not token.surface.startswith("I'")
    ]


def _kana_word(asked: _Asked, text: str) -> tuple[SoughtSpan, ...]:
    """Return an answer that is one word in hiragana, which the tagger may cut into anything."""
    word = _HIRAGANA.fullmatch(text.strip())
    tokens = tokenise(word[1]) if word else ()
    predicate = tokens and tokens[-1].pos.startswith(("助", "感動詞", "副詞", "動詞"))
    if not word or predicate or all(asked.has(token) for token in tokens if token.key):
        return ()
    return (SoughtSpan(word[1], "words", tokens),)
