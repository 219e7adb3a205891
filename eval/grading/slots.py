"""Find the answer slot of one sentence: what it adds to the words of the question.

The slot is the side of the copula, topic mark or verb that the question does not already hold, up to the first comma,
bracket or relative clause: "Sydney" in "Sydney is the capital of Australia, not far from Canberra". Very long
sentences have no slot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.tokens import Token, is_name, tokenise

LONG_SENTENCE = 60  # tokens; the clauses of a longer one have topics of their own, so no slot is read from it
GENERIC = frozenset(
    "according text passage context answer question information provided provide based given document following "
    "correct article source "
    "文章 文脈 本文 情報 提供 質問 回答 答え 正解 資料 記事 文書 因る 基づく 言う 呼ぶ 事 物 者 人 名 名前 name "
    "為る 成る 有る 居る 一般 主 主に".split()
)
_COPULA = frozenset({"is", "are", "was", "were", "be", "became", "become"})
_LEAD_END = re.compile(
    r"[,;(\n]|\s-+\s|\s(?:who|which|whose|where|while|although|though|because|but|not|unlike|followed by|rather "
    r"than)\b|(?<=\S)、|で、|であり|ですが|だが|ではなく",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^not\b[^,.;]{1,40}?,?\s+but\s+(?:rather\s+)?|^[^、。]{1,20}ではなく(?:て)?、?(?=.)", re.IGNORECASE
)
_LONG_NAME = re.compile(r"\b[A-Z]\w+(?:(?: of| and| for)?(?: the)? [A-Z]\w+)+")
_SUBORDINATE = re.compile(r"\W{0,3}(?:although|though|even though|while|since|because|if|when)\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\s?\([^()]*\)")


def asked_stems(question: str) -> frozenset[str]:
    """Return the stems of a question's content words, and the initials of its names: IOC."""
    initials = ("".join(re.findall(r"\b[A-Z]", name)).lower() for name in _LONG_NAME.findall(question))
    return frozenset(token.stem for token in tokenise(question) if token.content) | frozenset(initials)


def complement(question: str, sentence: str, *, loose: bool = False) -> str | None:
    """Return what a sentence adds to the question ("a maple leaf" of "The emblem is a maple leaf"), or None.

    With `loose` the subject may hold more words than the question does: a reference is known to answer it.
    """
    return slot_of(asked_stems(question), sentence, loose=loose)


def lead(text: str) -> str:
    """Return the first phrase of `text`: up to a comma, bracket, relative clause or contrast."""
    text = _NOT_BUT.sub("", text.strip(" 、,:"))
    content = next((token.end for token in tokenise(text) if token.content), len(text))
    end = next((match.start() for match in _LEAD_END.finditer(text) if match.start() >= content), len(text))
    return text[:end].strip()


def novel(stems: frozenset[str], tokens: Sequence[Token]) -> list[Token]:
    """Return the content words that are not in the question and not mere talk about answering."""
    return [
        token
        for token in tokens
        if token.content and token.stem not in stems and token.key not in GENERIC and token.stem not in GENERIC
    ]


def is_phrase(text: str) -> bool:
    """Return whether `text` is a bare phrase: no topic or subject mark, no copula, no finite verb."""
    if _SUBORDINATE.match(text):
        return False
    tokens = tokenise(lead(_BRACKETED.sub("", text)))
    if any(
        token.pos in ("助詞/係助詞", "助詞/接続助詞") or (token.surface in ("が", "を") and token.pos)
        for token in tokens
    ):
        return False
    latin = [token for token in tokens if token.kind == "latin"]
    return len(latin) <= 8 and not any(token.key in _COPULA or re.search(r"[a-z]ed$", token.key) for token in latin)


def slot_of(stems: frozenset[str], text: str, *, loose: bool = False) -> str | None:
    """Return the side of the copula, topic mark or verb of a sentence that brings something new, or None."""
    tokens = tokenise(text)
    if len(tokens) > LONG_SENTENCE:
        return None
    cut = _cut(tokens)
    if cut is not None:
        left, right = text[: tokens[cut].start].strip(), text[tokens[cut].end :].strip()
        cleft = cut > 0 and tokens[cut].surface == "は" and tokens[cut - 1].surface == "の"
        fresh = novel(stems, tokens[:cut])
        known = sum(token.content and token.stem in stems for token in tokens[:cut])
        if right and (
            cleft
            or not fresh
            or (len(fresh) <= known + 2 * loose and known and not any(is_name(token) for token in fresh))
        ):
            return right
        if left and not novel(stems, tokenise(lead(right))) and any(token.content for token in tokenise(lead(right))):
            return left if tokens[cut].kind == "latin" else _last_phrase(left)
    return _subject(stems, tokens, text)


def _cut(tokens: Sequence[Token]) -> int | None:
    """Return the index of the first copula, topic mark or colon that has something before it."""
    for i, token in enumerate(tokens[:-1]):
        is_copula = token.kind == "latin" and token.key in _COPULA
        is_topic = token.surface == "は" and token.pos == "助詞/係助詞" and tokens[i - 1].surface != "で"
        if i and (is_copula or is_topic or (token.kind == "symbol" and token.surface in ":=")):
            return i
    return None


def _subject(stems: frozenset[str], tokens: Sequence[Token], text: str) -> str | None:
    """Return the subject of a sentence whose predicate is in the question: "Soseki wrote Kokoro", 漱石が書きました."""
    for i, token in enumerate(tokens):
        if token.surface == "が" and token.pos == "助詞/格助詞":
            rest = tokenise(text[token.end :])
            if i and any(word.content for word in rest) and not novel(stems, rest):
                return _last_phrase(text[: token.start])
            return None
        if token.kind != "latin":
            continue
        if token.stem in stems and not is_name(token) and token.content:
            fresh = [word for word in tokens[:i] if word.content]
            only_fresh = bool(fresh) and not any(word.stem in stems for word in fresh) and i <= 6
            whole = only_fresh and not any(word.kind == "symbol" for word in tokens[:i])
            return lead(text[: token.start]) if whole else None
    return None


def _last_phrase(text: str) -> str:
    return re.split(r"[、,]|は(?=[^、]*$)", text.strip(" 、,"))[-1].strip() or text
