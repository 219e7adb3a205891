"""Lists of names, in which a mention is one entry of several; an attribute of the mention is no entry.

"Seine, Thames and Rhine" gives three rivers, "stainless steel, light and strong" one material.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.grading.text import strip_endings
from rag.text.tokens import Token, is_name, tokenise

_BREAK = re.compile(
    r"\s{0,9}(?:、|,\s{0,9}(?:and\s{1,9}|or\s{1,9}|&\s{1,9})?|;|\n|\band\b|および|及び|ならびに|並びに|(?<=\S)&)"
    r"\s{0,9}",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\band\b|&|および|及び|ならびに|並びに", re.IGNORECASE)
_TOPIC = re.compile(r"(?:[はが:]|\b(?:is|are|was|were|include|includes|be)\b)\s{0,9}")
_COUNTED = re.compile(r"の\d{1,2}[一-鿿つ]{1,3}$")  # behind a list: 香川県、徳島県の2県
_NOT_ALONE = re.compile(r"^[」』]?(?:だけで(?:は)?な[くい]|ばかりで(?:は)?な[くい]|のみ(?:ならず|では?な[くい]))")
_ITEM_WORDS = 5
_ATTRIBUTE = re.compile(
    r"(?:(?:very|quite|extremely|rather|highly) )?(?:\w{2,20}(?:able|ible|ful|less|proof|-?resistant|-?free|ious|eous"
    r"|ive)"
    r"|light(?:weight)?|heavy|strong|sturdy|tough|hard|soft|thin|thick|cheap|affordable|safe|clean|quiet|simple|easy"
    r"|small|large|big|compact|robust|smooth|rigid|stiff|bright|dark|warm|cool|fast|slow|modern|new|old|popular|elegant"
    r"|solid|free|famous|beautiful|quick|efficient|convenient|natural)",
    re.IGNORECASE,
)


def listed_with(text: str, start: int, end: int, *, words: int = 0) -> tuple[str, ...]:
    """Return the other entries of the list of names that the mention is an entry of, or ().

    Other English words than names are entries, too, if there are no more than `words` of them in one.

    >>> listed_with("Seine, Thames and Rhine", 0, 5)
    ('Thames', 'Rhine')
    """
    if _NOT_ALONE.match(text[end : end + 12]):
        return (text[end:],)
    begin = max((topic.end() for topic in _TOPIC.finditer(text[:start])), default=0)
    stretch = _COUNTED.sub("", strip_endings(text[begin:]))
    entries = [entry for entry in _entries(stretch) if entry]
    mention = text[start:end].casefold()
    mine = [i for i, entry in enumerate(entries) if mention in entry.casefold()]
    if len(entries) < 2 or not mine or not all(_nominal(entry, words) for entry in entries):
        return ()
    attributes = not any(_is_attribute(entries[i]) for i in mine)
    others = tuple(e for i, e in enumerate(entries) if i not in mine and not (attributes and _is_attribute(e)))
    pair = len(entries) == 2 and (_JOINED.search(stretch) or _particle(stretch))
    pair = pair and all(is_name(next(t for t in tokenise(entry) if t.content)) for entry in entries)
    return others if others and (pair or len(entries) > 2) else ()


def _is_attribute(entry: str) -> bool:
    """Return whether an entry says how something is, not what: "light", 丈夫."""
    tokens = [token for token in tokenise(entry) if token.content]
    described = all(re.search("^形容詞|形状詞", token.pos) for token in tokens if token.kind == "japanese")
    return (entry[:1].islower() and bool(_ATTRIBUTE.fullmatch(entry))) or (described and not entry.isascii())


def _particle(text: str) -> bool:
    return any(token.surface in ("と", "や") and token.pos.startswith("助詞") for token in tokenise(text))


def _entries(text: str) -> Iterator[str]:
    for part in _BREAK.split(text):
        at = 0
        for token in tokenise(part):
            if token.surface in ("と", "や") and token.pos.startswith("助詞"):
                yield part[at : token.start].strip()
                at = token.end
        yield part[at:].strip()


def _nominal(entry: str, most: int) -> bool:
    """Return whether an entry of a list is nouns in Japanese, up to five capitalised or `most` plain English words."""
    tokens = [token for token in tokenise(entry) if token.key]
    if not tokens or len(tokens) > _ITEM_WORDS:
        return False
    if any(token.kind == "latin" for token in tokens):
        words = [token for token in tokens if token.kind == "latin" and token.content]
        plain = len(tokens) <= most and not any(token.key.endswith("ly") for token in words)
        return bool(words) and (plain or all(is_name(token) for token in words))
    return all(_noun(token) for token in tokens) and not all(token.kind == "number" for token in tokens)


def _noun(token: Token) -> bool:
    return token.kind == "number" or token.pos.startswith(("名詞", "接尾辞", "接頭辞", "形状詞"))
