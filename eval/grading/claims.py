"""Find the part of a free answer that claims to be the answer: one sentence and, where it shows, the slot in it.

Rules, in order (source: reading answers of small instruction models; no rule looks at the references):
1. An explicit announcement wins, the last one if there are several: "the answer is ...", 答えは…, "Answer:",
   正解は….
2. Echoes of the question and opening courtesies are passed over.
3. A correction ("Actually, ...", 訂正) decides; else a first sentence that answers directly: a bare phrase
   ("Tokyo."), "It is Tokyo", X は Y です about the question's topic. Later passing mentions do not count.
4. Otherwise a sentence that goes on about the topic with the question's own word ("It was proved by ..."), a
   conclusion, or the one that shares most with the question decides (names weigh 0.3, other words 1; ties: the first).
5. Inside the sentence the slot (`focus`) is the side of the copula that the question does not already hold, up to
   the first comma, bracket or relative clause: "Sydney" in "Sydney is the capital of Australia, not far from
   Canberra". Very long sentences have no slot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.clauses import NAME_WEIGHT, answering_clause, overlap
from eval.grading.frames import main_clause
from eval.grading.refusals import negations
from eval.grading.text import sentences
from rag.text.refusals import is_refusal
from rag.text.tokens import Token, is_name, tokenise

LONG_SENTENCE = 60  # tokens; the clauses of a longer one have topics of their own, so no slot is read from it
_SHORT_LINE = 60  # characters; a longer line is prose, not an entry of a list
_ANNOUNCED = re.compile(
    r"(?:^|(?<=[\s.,:;。、]))(?:(?:so |thus |therefore |hence )?,?\s{0,9}(?:the |my )?(?:final |short |correct "
    r"|right |best )?answer(?: to (?:the|this|your) question)?"
    r"\s{0,9}(?:(?:is|was|would be|must be|should be)\b\s{0,9}:?|[:=])\s{0,9}(?:that )?"
    r"|(?:ans|response|output|tl;?dr)\s{0,9}[:=]\s{0,9}|a\s{0,9}:\s{0,9}(?=\S))"
    r"|(?:最終的な|正しい|【|^)?(?:答え|回答|解答|正解|正答|結論)】?(?:は|:|=|として(?:は)?)、?\s{0,9}|^【(?:答え"
    r"|回答|解答|正解)】\s{0,9}|^答(?:は|:)\s{0,9}|^(?:答え|回答|解答|answer)\s{0,9}\n",
    re.IGNORECASE | re.MULTILINE,
)
_CONCLUSION = re.compile(
    r"^(?:therefore|thus|hence|in conclusion|in short|so|したがって|従って|よって|つまり|結論として|以上(?:から"
    r"|より))[、,]?\s*",
    re.I,
)
_CORRECTION = re.compile(
    r"^(?:no[,.]? (?=wait|sorry|actually|in fact))?(?:no[,.] (?=that|it|this|he|she|they)"
    r"|actually|in fact|in reality|correction|wait|sorry|訂正|いえ|いや|失礼|実際(?:に)?は|実は|正しくは|本当は)"
    r"[、,:.]?\s*(?:no,\s*)?",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:sure|certainly|of course|okay|ok|great question|good question|thank|hello|hi|here(?:'s| is| are)"
    r"|let's|let me|(?:はい、?)?(?:承知|お答え|わかりました)|承知|もちろん)(?![a-z])",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    "according text passage context answer question information provided provide based given document following "
    "correct article source "
    "文章 文脈 本文 情報 提供 質問 回答 答え 正解 資料 記事 文書 因る 基づく 言う 呼ぶ 事 物 者 人 名 名前 name "
    "為る 成る 有る 居る 一般 主 主に".split()
)
_COPULA = frozenset({"is", "are", "was", "were", "became", "become"})
_LEAD_END = re.compile(
    r"[,;(\n]|\s-+\s|\s(?:who|which|whose|where|while|although|though|because|but|not|unlike|followed by|rather "
    r"than)\b|(?<=\S)、|で、|であり|ですが|だが|ではなく",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^not\b[^,.;]{1,40}?,?\s+but\s+(?:rather\s+)?|^[^、。]{1,20}ではなく(?:て)?、?(?=.)", re.IGNORECASE
)
_ASSENT = re.compile(r"^(?:yes|well|ok(?:ay)?|はい|ええ)[,、.。!]\s*(?=\S)", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:in \d+,? )?(?:it|he|she|they|this)\b|^(?:それ|これ|その|彼|彼女)", re.IGNORECASE)
_DENIES = re.compile(
    r"(?:contrary to [^,]{1,60}, |no, )?(?:it|this|that|he|she|they)"
    r"(?:(?:'s| is| was| are| were) not|(?: is| was| are| were)n't)"
    r"\b(?!.*\bbut\b)|[^、。]{1,20}(?:では|じゃ)(?:ない|ありません)(?:です)?。?$",
    re.IGNORECASE,
)
_STEP = re.compile(r"(?:ましょう|(?:て|で)みます)。?$")
_ASIDE = re.compile(r"(?:while|for comparison|by contrast|in contrast|by comparison|一方|なお|ちなみに)\b", re.IGNORECASE)
_LONG_NAME = re.compile(r"[A-Z]\w+(?:(?: of| and| for)?(?: the)? [A-Z]\w+)+")
_BRACKETED = re.compile(r"\s?\([^()]*\)")
_QUESTION_END = re.compile(r"(?:\?|(?:です|ます|でしょう|だろう|の|る|た)か[。?]?)[」』)\"']*$")


@dataclass(frozen=True, slots=True)
class Claim:
    """The claiming part of an answer.

    `text`: its sentence or list, canonical; `focus`: the answer slot inside it; `firm`: whether that slot was
    recognised, so that a name in it excludes another one outside it.
    """

    text: str
    focus: str
    firm: bool


def _asked_stems(question: str) -> frozenset[str]:
    """Return the stems of a question's content words, and the initials of its names: IOC."""
    initials = ("".join(re.findall(r"\b[A-Z]", name)).lower() for name in _LONG_NAME.findall(question))
    return frozenset(token.stem for token in tokenise(question) if token.content) | frozenset(initials)


def find_claim(question: str, answer: str) -> Claim:
    """Return the claim of `answer` to `question`, both canonical; an answer without structure is its own claim.

    >>> find_claim("What is the capital of Japan?", "The capital of Japan is Tokyo. It is large.").focus
    'Tokyo.'
    """
    stems = _asked_stems(question)
    answer = _ASSENT.sub("", answer)
    rest = announced(answer)
    if rest is not None:
        return _claim(stems, _with_list(rest, sentences(rest)[:1]), direct=True)
    parts = [
        answering_clause(stems, main_clause(question, stems, part)) for part in _relevant(stems, sentences(answer))
    ]
    if not parts:
        return Claim(answer, answer, False)
    head = _claim(stems, _with_list(answer, parts[:1]), direct=False)
    chosen = _decisive(stems, parts, head)
    return head if chosen is None else _claim(stems, _with_list(answer, [chosen]), direct=False)


def _decisive(stems: frozenset[str], parts: Sequence[str], head: Claim) -> str | None:
    """Return the later sentence that decides instead of the first one, or None if the first one does."""
    corrected = [rest for part in parts[1:] if (rest := _CORRECTION.sub("", part)) not in ("", part)]
    if corrected:
        return corrected[-1]
    first = overlap(stems, parts[0])
    concluded = [_CONCLUSION.sub("", part) for part in parts[1:] if _CONCLUSION.match(part)]
    if concluded and (not head.firm or overlap(stems, concluded[-1]) >= max(first, NAME_WEIGHT)):
        return concluded[-1]
    if len(parts) == 1 or (head.firm and (first == 0 or (first < 1 and _is_phrase(parts[0])))):
        return None
    continued = _continuation(stems, parts)
    if continued is not None:
        return continued
    best = max((parts[0], *filter(_may_decide, parts[1:])), key=lambda part: overlap(stems, part))
    return best if overlap(stems, best) > first else None


def _may_decide(part: str) -> bool:
    """Return whether a later sentence may be the claim: it neither announces a step nor only denies or compares."""
    return not (_STEP.search(part) or _ASIDE.match(part) or negations(part))


def announced(answer: str) -> str | None:
    """Return what follows the last announcement ("the answer is", 答えは, "Answer:"), or None without one."""
    found = [match for match in _ANNOUNCED.finditer(answer) if answer[match.end() :].strip(" .。:\n")]
    return answer[found[-1].end() :].strip() if found else None


def complement(question: str, sentence: str, *, loose: bool = False) -> str | None:
    """Return what a sentence adds to the question ("a maple leaf" of "The emblem is a maple leaf"), or None.

    With `loose` the subject may hold more words than the question does: a reference is known to answer it.
    """
    return _slot(_asked_stems(question), sentence, loose=loose)


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
        if token.content and token.stem not in stems and token.key not in _GENERIC and token.stem not in _GENERIC
    ]


def _continuation(stems: frozenset[str], parts: Sequence[str]) -> str | None:
    """Return a later sentence on the topic ("It was proved by ...") with a question word that the first one lacks."""
    held = {token.stem for token in tokenise(parts[0])}
    for part in parts[1:]:
        tokens = tokenise(part)
        same_topic = _PRONOUN.match(part) or (tokens[0].kind != "latin" and not any(t.surface == "は" for t in tokens))
        added = {
            t.stem
            for t in tokens
            if t.content and t.stem in stems - held - _GENERIC and not is_name(t) and t.kind != "number"
        }
        if same_topic and added and novel(stems, tokens):
            return part
    return None


def _relevant(stems: frozenset[str], parts: Sequence[str]) -> tuple[str, ...]:
    kept = [part for part in parts if not _QUESTION_END.search(part) and not (_COURTESY.match(part) and len(part) < 80)]
    if (
        len(kept) > 1
        and not novel(stems, tokenise(kept[0]))
        and overlap(stems, kept[0]) >= 1
        and len(tokenise(kept[0])) > 6
    ):
        kept = kept[1:]
    while len(kept) > 1 and _DENIES.match(kept[0]) and not re.search(r"\b(?:not|n't)\b", " ".join(kept[1:2])):
        kept = kept[1:]
    if len(kept) > 1 and is_refusal(kept[0]) and not is_refusal(kept[1]):
        return tuple(kept[1:])
    return tuple(kept) or tuple(parts)


def _with_list(answer: str, chosen: Sequence[str]) -> str:
    """Return the chosen sentence with the list that it opens or belongs to (short lines), one entry a line."""
    if not chosen:
        return answer
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    at = next(
        (i for i, line in enumerate(lines) if line.startswith(chosen[0].strip()) or chosen[0].strip() in line), None
    )
    if at is None or len(lines) == 1:
        return chosen[0]
    opens = lines[at].rstrip().endswith((":", "です。", "ます。", "following")) and lines[at].rstrip().endswith(":")
    entries = []
    for line in lines[at + 1 :]:
        if len(line) > _SHORT_LINE or (line.endswith(("。", ".")) and not opens):
            break
        entries.append(line)
    if opens or (entries and len(lines[at]) <= _SHORT_LINE and not lines[at].endswith(("。", "."))):
        return "\n".join([lines[at], *entries])
    return chosen[0]


def _claim(stems: frozenset[str], text: str, *, direct: bool) -> Claim:
    """Return the claim of one sentence; if it was announced (`direct`), its first phrase is the answer."""
    text = text.strip()
    slot = _slot(stems, text)
    if slot is not None:
        return Claim(text, lead(slot), True)
    if direct or _is_phrase(text):
        return Claim(text, lead(text), True)
    return Claim(text, text, False)


def _is_phrase(text: str) -> bool:
    """Return whether `text` is a bare phrase: no topic or subject mark, no copula, no finite verb."""
    tokens = tokenise(lead(_BRACKETED.sub("", text)))
    if any(
        token.pos in ("助詞/係助詞", "助詞/接続助詞") or (token.surface in ("が", "を") and token.pos)
        for token in tokens
    ):
        return False
    latin = [token for token in tokens if token.kind == "latin"]
    return len(latin) <= 8 and not any(token.key in _COPULA or re.search(r"[a-z]ed$", token.key) for token in latin)


def _slot(stems: frozenset[str], text: str, *, loose: bool = False) -> str | None:
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
