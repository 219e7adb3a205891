"""Remove talk about answering, which says nothing about what was asked.

A stretch is a remark if its words all belong to the closed vocabulary of such talk (`eval.grading.remark_words`) or to
the question, and at least one marks it as talk: "The answer can be found in passage 2.", お役に立てれば幸いです。
Whole sentences go, clauses between commas, brackets, the frame around a statement ("I would say that ...",
〜と書かれています) and what trails behind it ("..., according to passage 1"). A refusal is no remark, and neither is
a stretch that holds what the caller asks to keep. Where nothing else would be left, the answer stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.grading.remark_words import RemarkWords, remark_words
from eval.grading.text import sentence_stretches
from rag.text.canonical import answer_end, canonical, nfkc
from rag.text.refusals import is_refusal
from rag.text.tokens import ARTICLES, Token, is_name, tokenise

Keeps = Callable[[str], bool]
"""Whether a stretch of the answer holds something that must stay: a label, a form of a reference."""

REMARK_TOKENS = 90  # a longer sentence is no remark
_OFFERS_CHOICE = re.compile(
    r"\b(?:or|between|following|these|those)\b|どちら|どっち|それとも|または|又は|あるいは|次の|以下|のうち|どれ",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|should you|please|let me know|feel free|hesitate|whether|unless)\b"
    r"|(?:れば|たら|なら|ください|下さい|場合)",
    re.IGNORECASE,
)
_COMMA = re.compile(
    r"(?<!\d),(?!\d)\s{0,9}|(?<!\d),\s{1,9}|,\s{1,9}(?!\d)|[、:;]\s{0,9}|\s{1,9}-+\s{1,9}|\s{0,9}\.\.\.+\s{0,9}|…+"
)
_BRACKETS = re.compile(r"\s{0,9}\(([^()]{1,120})\)|\s{0,9}\[([^\[\]]{1,120})\]")
_LINK = re.compile(
    r"^(?:(?:but|and|so|then|that|because|therefore|thus|hence|however|though|yet|well|or)\b(?!\s+not\b),?\s*"
    r"|(?:が|けれども|けれど|けど|しかし|ただし|ただ|それは|そして|で)、)+",
    re.IGNORECASE,
)
_CONCEDES = re.compile(r"^(?:even )?(?:though|although|while)\b|(?:が|けれども|けれど|けど|ものの)、$", re.IGNORECASE)
_BUT = re.compile(r"(?:but|however|yet|still|nevertheless)\b", re.IGNORECASE)
_SPEAKER = re.compile(
    r"\b(?:I|I'm|I'd|I've|I'll|me|my|we|our|us|you|your|let's)\b"
    r"|\bit (?:is|was|has been|can be|seems|appears|says|would)"
    r"|\bthere (?:is|are|was)\b",
)
_TRAILING = re.compile(
    r"\s(?=(?:based|according|as|per|from|in|if|which|I|for|by|thanks?|judging|going|given|using|hope|with)\b)"
)
_ADDRESSES = re.compile(
    r"^(?:I|I'm|I'd|I've|I'll|we|we've|you|you're|your|my|please|thanks?|feel|let|hope|happy|glad|sorry"
    r"|would you|do you"
    r"|this (?:answer|response|reply|information|summary)|the above|note|if|may|shall|should you|as an?)\b",
    re.IGNORECASE,
)
_ADDRESSES_JA = re.compile(r"ください|下さい|いたしま|致しま|いただ|頂|幸い|願い|申し上げ|ございま|ましょう|でしたら")
_TURNS = re.compile(
    r"^(?:but )?(?:actually|in fact|in reality|correction|no|wait|therefore|thus|hence|so)\s*[,:]\s*$"
    r"|^(?:実際(?:に)?は|実は|正しくは|本当は|訂正|したがって|従って|よって|以上から|以上より)[、:]?$"
    r"|^(?:the )?(?:final |short )?answer\s*:\s*$|^(?:最終|最終的な)?(?:答え|回答|解答|正解)\s*:\s*$",
    re.IGNORECASE,
)
_OPEN_NOT = re.compile(r"(?<!\bor )\bnot,\s*$", re.IGNORECASE)  # "it is not, as many believe, ..."
_POINTS = re.compile(
    r"\b(?:this|that|it|these|here|them|you)(?: (?:out|up|off|well|below|directly|clearly|too|indeed))?[.!:]*$",
    re.IGNORECASE,
)
_SPARE = 2  # unknown words, neither names nor numbers, in talk that addresses the reader or only points: "covers this"
_CLOSES = frozenset("」』)")  # an answer that ends so and without a full stop goes on in the next line
_LONGEST_NUMBER = 4  # characters of the number of a passage or a degree of confidence, 0.95; a year is none
_COPULAS = frozenset({"is", "are", "was", "were"})
_THAT = re.compile(r"\s*(?:that\b|:|,)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The reading of one answer: the vocabulary, the question's stems, and what must be kept."""

    words: RemarkWords
    asked: frozenset[str]
    keeps: Keeps

    def talks(self, stretch: str) -> bool:
        """Return whether a stretch only talks about answering."""
        tokens = [token for token in tokenise(stretch) if token.key]
        if not tokens or len(tokens) > REMARK_TOKENS or not self._talking(tokens) or self.keeps(stretch):
            return False
        if _TURNS.match(stretch):
            return False
        return not is_refusal(stretch) or bool(_CONDITION.search(stretch))

    def concedes(self, clause: str, following: Sequence[str]) -> bool:
        """Return whether a clause only concedes a refusal before or behind an answer: "I am not sure, but ..."."""
        linked = bool(_CONCEDES.search(clause) or (following and _BUT.match(following[0])))
        return linked and is_refusal(clause) and self._talking([token for token in tokenise(clause) if token.key])

    def familiar(self, stretch: str) -> bool:
        """Return whether no word of a stretch says anything new."""
        return self._talking([token for token in tokenise(stretch) if token.key], marked=True)

    def introduces(self, token: Token) -> bool:
        return self._in(token, self.words.report | self.words.source)

    def _talking(self, tokens: Sequence[Token], *, marked: bool = False) -> bool:
        """Return whether all words are of the vocabulary or the question; beside the question's, one must mark talk."""
        repeats, spare = False, 0
        text = " ".join(token.surface for token in tokens)
        if (
            _ADDRESSES.search(text)
            or _POINTS.search(text)
            or _ADDRESSES_JA.search("".join(token.surface for token in tokens[-8:]))
        ):
            spare = _SPARE * any(self._in(token, self.words.talk) for token in tokens)
        for i, token in enumerate(tokens):
            if self._in(token, self.words.talk):
                marked = marked or not self._in(token, self.asked)
                repeats = repeats or self._in(token, self.asked)
            elif token.content and not self._in(token, self.words.known) and not self._numbers_a_source(tokens, i):
                if self._in(token, self.asked):
                    repeats = True
                elif not re.fullmatch(r"[a-z]{4,}ly", token.surface):
                    spare -= 1
                    if spare < 0 or token.kind == "number" or (i and (is_name(token) or _predicated(tokens, i))):
                        return False
        return marked or not repeats

    def _numbers_a_source(self, tokens: Sequence[Token], at: int) -> bool:
        """Return whether a number or letter belongs to a word for a passage, a step or a degree of confidence."""
        token = tokens[at]
        beside = [*tokens[max(0, at - 3) : at], *tokens[at + 1 : at + 6]]
        figure = len(token.key) > _LONGEST_NUMBER or (len(token.key) == _LONGEST_NUMBER and token.key.isdigit())
        short = (
            (token.kind == "number" and not figure)
            or (token.kind == "latin" and len(token.key) < 3)
            or not token.key.isalnum()
        )
        return short and any(
            self._in(other, self.words.numbered) and not self._in(other, self.asked) for other in beside
        )

    def reports(self, stretch: str) -> bool:
        return any(self._in(token, self.words.report) for token in tokenise(stretch))

    def cites(self, stretch: str) -> bool:
        return any(self._in(token, self.words.source) for token in tokenise(stretch))

    @staticmethod
    def _in(token: Token, words: frozenset[str]) -> bool:
        if token.kind == "latin" and not token.content:
            return False
        return token.stem in words or token.key in words or token.surface in words


def _predicated(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a word is what a sentence says something is: "the answer is red", "it was a fox"."""
    before = [token for token in tokens[max(0, at - 2) : at] if token.key not in ARTICLES]
    return bool(before) and before[-1].key in _COPULAS


def _keeps_nothing(_: str) -> bool:
    return False


def without_remarks(question: str, text: str, keeps: Keeps = _keeps_nothing) -> str:
    """Return `text` without talk about answering, both canonical; unchanged if it is nothing else.

    >>> without_remarks("Which river flows through Paris?", "Sure! According to passage 2, it is the Seine.")
    'it is the Seine.'
    """
    offered = _OFFERS_CHOICE.search(question) is not None
    asked = frozenset() if offered else frozenset(token.stem for token in tokenise(question) if token.content)
    reader = _Reader(remark_words(), asked, keeps)
    kept: list[str] = []
    for stretch in sentence_stretches(text):
        rest = _content(reader, stretch)
        if rest:
            kept += ["\n", rest] if kept and kept[-1][-1:] in _CLOSES else [rest]
        elif kept and "\n" in stretch:
            kept[-1] = kept[-1].rstrip("\n") + "\n"
    left = "".join(kept).strip()
    return left if any(char.isalnum() for char in left) else text


def is_remark(question: str, stretch: str) -> bool:
    """Return whether a canonical stretch only talks about answering; a refusal does not.

    >>> is_remark("首都は?", "お役に立てれば幸いです。"), is_remark("首都は?", "東京です。")
    (True, False)
    """
    asked = frozenset(token.stem for token in tokenise(question) if token.content)
    return _Reader(remark_words(), asked, _keeps_nothing).talks(stretch)


def from_restated_question(question: str, answer: str) -> str:
    r"""Return an answer without what precedes "Question:" if that is only talk: the question is restated.

    >>> from_restated_question("Capital of Japan?", "Sure!\nQuestion: Capital of Japan?\nAnswer: Tokyo")
    'Question: Capital of Japan?\nAnswer: Tokyo'
    """
    plain = nfkc(answer)
    end = answer_end(plain)
    if end == len(plain) or not all(is_remark(question, part) for part in sentence_stretches(canonical(plain[:end]))):
        return answer
    return plain[end:].lstrip()


def _content(reader: _Reader, stretch: str) -> str:
    """Return a sentence without its talk, with the white space around it; "" if it is a remark."""
    body = stretch.strip()
    if not any(char.isalnum() for char in body):
        return stretch
    body = _BRACKETS.sub(lambda m: "" if reader.talks(m.group(1) or m.group(2)) else m.group(), body)
    if reader.talks(body):
        return ""
    body = _without_clauses(reader, body)
    if not is_refusal(body):
        body = _without_japanese_closing(reader, _without_trailing(reader, _without_opening(reader, body)))
    head = stretch[: len(stretch) - len(stretch.lstrip())]
    return head + body + stretch[len(stretch.rstrip()) :] if any(char.isalnum() for char in body) else ""


def _without_clauses(reader: _Reader, sentence: str) -> str:
    """Return a sentence without those clauses between commas that are remarks."""
    cuts = [0, *(match.end() for match in _COMMA.finditer(sentence))]
    pieces = [sentence[a:b] for a, b in zip(cuts, [*cuts[1:], len(sentence)], strict=True)]
    if len(pieces) == 1:
        return sentence
    kept: list[str] = []
    for i, piece in enumerate(pieces):
        open_not = any(map(_OPEN_NOT.search, pieces[max(0, i - 1) : i + 1]))
        if open_not or not (reader.talks(piece) or reader.concedes(piece, pieces[i + 1 : i + 2])):
            kept.append(piece)
        elif piece.rstrip().endswith(";") and kept:
            kept[-1] = kept[-1].rstrip(" ,、") + "; "  # what follows is another statement still
    if len(kept) == len(pieces) or not kept:
        return sentence
    end = sentence[-1] if sentence[-1] in "。.!?」" and kept[-1] is not pieces[-1] else ""
    joined = "".join(kept).rstrip(" ,、:;") if end or kept[-1] is not pieces[-1] else "".join(kept)
    return (_LINK.sub("", joined) if kept[0] is not pieces[0] else joined) + end


def _without_opening(reader: _Reader, sentence: str) -> str:
    """Cut "I would say that", "Passage 2 states that", "It is mentioned that", "According to the text" at the start."""
    tokens = tokenise(sentence)
    best = 0
    for token in tokens[:30]:
        opening = sentence[: token.end]
        if token.kind == "japanese" or not reader.familiar(opening):
            break
        if token.kind != "latin" or not reader.introduces(token):
            continue
        if (_SPEAKER.search(opening) or reader.cites(opening)) and not is_refusal(opening):
            following = tokens[tokens.index(token) + 1 :]
            numbered = bool(following) and following[0].kind == "number" and reader.cites(token.surface)
            end = following[0].end if numbered else token.end
            if not re.match(r"\s*(?:of|is|was|are|(?:talk|speak|deal)s?)\b", sentence[end:]):
                best = end
    if not best:
        return sentence
    rest = sentence[best:]
    rest = rest[_THAT.match(rest).end() :]  # type: ignore[union-attr]
    return rest if any(char.isalnum() for char in rest) else sentence


def _without_trailing(reader: _Reader, sentence: str) -> str:
    """Cut "according to passage 1", "as mentioned in the text", "if you ask me" at the end."""
    for match in list(_TRAILING.finditer(sentence))[-12:]:
        tail = sentence[match.end() :]
        if reader.talks(tail) and (reader.cites(tail) or _SPEAKER.search(tail)):
            end = sentence[-1] if sentence[-1] in "。.!?" else ""
            return sentence[: match.start()].rstrip(" ,") + end
    return sentence


def _without_japanese_closing(reader: _Reader, sentence: str) -> str:
    """Cut 〜と書かれています, 〜と考えます at the end and 資料1には at the start."""
    tokens = tokenise(sentence)
    for i in range(len(tokens) - 1, 0, -1):
        token = tokens[i]
        if token.surface not in ("と", "が", "との", "とのこと") or not token.pos.startswith("助詞"):
            continue
        tail = sentence[token.end :]
        if token.surface == "が":
            closes = re.match(r"(?:答え|正解|回答|正答|解答|結論)(?:です|である|だ|と|に|で)", tail) is not None
        else:
            closes = reader.talks(tail) and reader.reports(tail) and not is_refusal(tail)
        if closes and any(char.isalnum() for char in sentence[: token.start]):
            sentence, tokens = sentence[: token.start] + "。", tokens[:i]
        break
    match = re.match(r"^[^、。]{1,30}?(?:には|では|によると|によれば|にて|から)、?", sentence)
    if match is not None and reader.talks(match.group()) and reader.cites(match.group()):
        rest = sentence[match.end() :]
        if any(char.isalnum() for char in rest):
            return rest
    return sentence
