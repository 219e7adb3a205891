"""Find the part of a free answer that claims to be the answer: one sentence and, where it shows, the slot in it.

Rules, in order (source: reading answers of small instruction models; no rule looks at the references):
1. An explicit announcement wins, the last one if there are several: "the answer is ...", 答えは…, "Answer:",
   正解は….
2. Echoes of the question, opening courtesies, steps announced and what passages are about are passed over.
3. A correction ("Actually, ...", 訂正) decides; else a first sentence that answers directly: a bare phrase
   ("Tokyo."), "It is Tokyo", X は Y です about the question's topic. Later passing mentions do not count.
4. Otherwise a sentence that goes on about the topic with the question's own word ("It was proved by ..."), a
   conclusion, or the one that shares most with the question decides (names weigh 0.3, other words 1, the topic that
   is asked for 2 more; ties: the first), unless it only denies or compares.
5. Inside the sentence the slot (`focus`) decides (`eval.grading.slots`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.clauses import NAME_WEIGHT, answering_clause, asked_head, overlap, states_head
from eval.grading.frames import main_clause
from eval.grading.refusals import negations
from eval.grading.slots import GENERIC, asked_stems, is_phrase, lead, novel, slot_of
from eval.grading.text import sentences, strip_endings
from rag.text.refusals import is_refusal
from rag.text.tokens import is_name, tokenise

_ENOUGH = 0.5  # words of the question in a conclusion, however many are in the sentence before
_SHORT_LINE = 60  # characters; a longer line is prose, not an entry of a list
_ANNOUNCED = re.compile(
    r"(?:^|(?<=[\s.,:;。、]))(?:(?:so |thus |therefore |hence )?,?\s{0,9}(?:the |my )?(?:final |short |correct "
    r"|right |best )?(?<!\bthis )answer(?: to (?:the|this|your) question)?"
    r"\s{0,9}(?:(?:is|was|would be|must be|should be)\b\s{0,9}:?|[:=])\s{0,9}(?:that )?"
    r"|(?:ans|response|output|tl;?dr)\s{0,9}[:=]\s{0,9}|a\s{0,9}:\s{0,9}(?=\S))"
    r"|(?:最終的な|正しい|【|^)?(?<!この)(?<!上記の)(?:答え|回答|解答|正解|正答|結論)】?(?:は|:|=|として(?:は)?)、?\s{0,9}|^【(?:答え"
    r"|回答|解答|正解)】\s{0,9}|^答(?:は|:)\s{0,9}|^(?:答え|回答|解答|answer)\s{0,9}\n",
    re.IGNORECASE | re.MULTILINE,
)
_CONCLUSION = re.compile(
    r"^(?:therefore|thus|hence|in conclusion|in short|so|したがって|従って|よって|つまり|結論として"
    r"|(?:以上|上記|これ|この)(?:の[^、。]{1,8})?(?:から|より))[、,]?\s*",
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
_ASSENT = re.compile(r"^(?:yes|well|ok(?:ay)?|はい|ええ)[,、.。!]\s*(?=\S)", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:in \d+,? )?(?:it|he|she|they|this)\b|^(?:それ|これ|その|彼|彼女)", re.IGNORECASE)
_DENIES = re.compile(
    r"(?:contrary to [^,]{1,60}, |no, )?(?:it|this|that|he|she|they)"
    r"(?:(?:'s| is| was| are| were) not|(?: is| was| are| were)n't)"
    r"\b(?!.*\bbut\b)|[^、。]{1,20}(?:では|じゃ)(?:ない|なかった|ありません|ございません)(?:です|でした)?。?$",
    re.IGNORECASE,
)
_PREFERS = re.compile(r"(?:ほう|方)が")
_STATING = ("動詞", "助動詞", "助詞/係助詞", "助詞/接続助詞")
_STEP = re.compile(r"(?:ましょう|(?:て|で)みます)。?$")
_DESCRIBES = re.compile(
    r"\b(?:passages?|documents?|texts?|sources?)\b.{0,20}\b(?:talks?|speaks?|is|are) about\b"
    r"|^(?:文書|資料|文章|記事)[^、。]{0,8}[はがに].{1,80}について(?:の?(?:述べ|書か|記|説明|触れ|情報)|で)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:while|for comparison|by contrast|in contrast|by comparison|一方|なお|ちなみに)\b"
    r"|(?:it|he|she|they|this) (?:is|are|was|were|has|have) also\b",
    re.IGNORECASE,
)
_CHOICES = re.compile(
    r"\b[\w'-]{1,30}(?:, [\w' -]{1,30}){0,6},? or (?:an? |the )?[\w'-]{1,30}"
    r"|[^、。はがの\s]{1,20}(?:[、と][^、。はがの\s]{1,20}){1,6}(?=の(?:うち|中))"
)
"""The things that a question offers to choose from."""
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


def find_claim(question: str, answer: str) -> Claim:
    """Return the claim of `answer` to `question`, both canonical; an answer without structure is its own claim.

    >>> find_claim("What is the capital of Japan?", "The capital of Japan is Tokyo. It is large.").focus
    'Tokyo.'
    """
    stems, topic = asked_stems(question), asked_head(question)
    answer = _ASSENT.sub("", answer)
    rest = announced(answer)
    if rest is not None:
        return _claim(stems, _with_list(rest, sentences(rest)[:1]), direct=True)
    parts = [
        answering_clause(stems, main_clause(question, stems, part), topic)
        for part in _relevant(stems, sentences(answer), _offered(question))
    ]
    if not parts:
        return Claim(answer, answer, False)
    head = _claim(stems, _with_list(answer, parts[:1]), direct=False)
    chosen = _decisive(question, stems, parts, head)
    return head if chosen is None else _claim(stems, _with_list(answer, [chosen]), direct=False)


def _offered(question: str) -> frozenset[str]:
    """Return the stems of the things that a question offers to choose from; what names them restates nothing."""
    choices = _CHOICES.search(question)
    return frozenset(token.stem for token in tokenise(choices.group()) if token.content) if choices else frozenset()


def _decisive(question: str, stems: frozenset[str], parts: Sequence[str], head: Claim) -> str | None:
    """Return the later sentence that decides instead of the first one, or None if the first one does."""
    corrected = [rest for part in parts[1:] if (rest := _CORRECTION.sub("", part)) not in ("", part)]
    if corrected:
        return corrected[-1]
    first = overlap(stems, parts[0])
    concluded = [_CONCLUSION.sub("", part) for part in parts[1:] if _CONCLUSION.match(part)]
    if concluded and (not head.firm or overlap(stems, concluded[-1]) >= max(min(first, _ENOUGH), NAME_WEIGHT)):
        return concluded[-1]
    compared = "どちら" in question and _PREFERS.search(parts[0])
    if len(parts) == 1 or compared or (head.firm and (first == 0 or _answers_alone(stems, parts[0]))):
        return None
    continued = _continuation(stems, parts)
    if continued is not None:
        return continued
    topic, negative = asked_head(question), negations(question) > 0
    asking = stems - _offered(question)
    fits = {part: overlap(asking, part) + 2 * states_head(topic, part) for part in parts}
    things = stems - {token.stem for token in tokenise(question) if is_name(token)}
    later = (part for part in parts[1:] if states_head(topic, part) or _may_decide(part, negative=negative))
    if _opening(parts[0]) in things:  # "copper has ...; lead melts ..." where copper is asked about
        later = (part for part in later if _opening(part) in {*stems, ""})
    best = max((parts[0], *later), key=fits.__getitem__)
    return best if fits[best] > fits[parts[0]] else None


def _opening(part: str) -> str:
    """Return the stem of the first word of an English sentence that carries meaning, "" for none."""
    return next((token.stem for token in tokenise(part) if token.content and token.kind == "latin"), "")


def _answers_alone(stems: frozenset[str], part: str) -> bool:
    """Return whether a sentence is a bare phrase that brings something new ("Tokyo.")."""
    tokens = tokenise(strip_endings(part))
    if any(token.kind == "japanese" for token in tokens):
        whole = not any(token.pos.startswith(_STATING) or token.surface in ("は", "が", "を") for token in tokens)
    else:
        whole = len(lead(part)) >= len(part.strip(" .")) and not any(t.content and t.stem in stems for t in tokens)
    return whole and is_phrase(part) and bool(novel(stems, tokenise(part)))


def _may_decide(part: str, *, negative: bool) -> bool:
    """Return whether a later sentence may be the claim: it does not only deny or compare.

    What a `negative` question asks for is denied something.
    """
    return not (_ASIDE.match(part) or (negations(part) and not negative))


def announced(answer: str) -> str | None:
    """Return what follows the last announcement ("the answer is", 答えは, "Answer:"), or None without one."""
    found = [match for match in _ANNOUNCED.finditer(answer) if answer[match.end() :].strip(" .。:\n")]
    return answer[found[-1].end() :].strip() if found else None


def _continuation(stems: frozenset[str], parts: Sequence[str]) -> str | None:
    """Return a later sentence on the topic ("It was proved by ...") with a question word that the first one lacks."""
    held = {token.stem for token in tokenise(parts[0])}
    for part in parts[1:]:
        tokens = tokenise(part)
        same_topic = _PRONOUN.match(part) or (tokens[0].kind != "latin" and not any(t.surface == "は" for t in tokens))
        added = {
            t.stem
            for t in tokens
            if t.content and t.stem in stems - held - GENERIC and not is_name(t) and t.kind != "number"
        }
        if same_topic and added and novel(stems, tokens) and not _ASIDE.match(part):
            return part
    return None


def _relevant(stems: frozenset[str], parts: Sequence[str], offered: frozenset[str]) -> tuple[str, ...]:
    kept = [
        part
        for part in parts
        if not (_QUESTION_END.search(part) or _STEP.search(part) or (_COURTESY.match(part) and len(part) < 80))
    ]
    if (
        len(kept) > 1
        and not novel(stems, tokenise(kept[0]))
        and overlap(stems, kept[0]) >= 1
        and len(tokenise(kept[0])) > 6
        and not 0 < len(offered & {token.stem for token in tokenise(kept[0])}) < len(offered)
    ):
        kept = kept[1:]
    while len(kept) > 1 and _DENIES.match(kept[0]) and not re.search(r"\b(?:not|n't)\b", " ".join(kept[1:2])):
        kept = kept[1:]
    kept = [part for part in kept if not _DESCRIBES.search(part)] or kept
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
    slot = slot_of(stems, text)
    if slot is not None:
        return Claim(text, lead(slot), True)
    if direct or is_phrase(text):
        return Claim(text, lead(text), True)
    return Claim(text, text, False)
