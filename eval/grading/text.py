"""The sentences of a canonical answer, and what polite Japanese adds to its end."""

from __future__ import annotations

import re

from rag.text.sentences import ANSWER, sentence_parts

_ENDING = re.compile(
    r"(?:(?:なの|なん|の)?(?:です|でした|である|であります|であった|でございます)|(?:だと|と"
    r"|だったと)(?:思(?:います|う)|考えられ(?:ます|る)|され(?:ます|る|ています|ている))"
    r"|(?<=[一-鿿ァ-ヴーA-Za-z0-9」』])だ(?:った|よ|ね)?|でしょう|だろう|(?:に|と)(?:なります|なる|なりました"
    r"|なっています)|(?:と|って)(?:言|い)(?:います|う|われ(?:ます|る|ています|ている))"
    r"|と呼ばれ(?:ます|る|ています|ている|ました|た)|と呼び?(?:ます|ぶ|んでいます)|(?:の)?ことです|のこと"
    r"|にあります|にある|によって|により|(?<=[です])[よね])$"
    r"|(?<=..)(?:さん|氏|さま|様|先生|博士|君)$"
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the different sentences of a canonical text that have a letter or digit, end marks kept."""
    parts = (part.strip() for part in sentence_parts(text, ANSWER))
    return tuple(dict.fromkeys(part for part in parts if any(char.isalnum() for char in part)))


def strip_endings(text: str) -> str:
    """Remove Japanese sentence endings, honorifics, quotation marks and punctuation, unless nothing would remain.

    >>> strip_endings("東京です。"), strip_endings("徳川家康さんでした"), strip_endings("です")
    ('東京', '徳川家康', 'です')
    """
    while (shorter := _ENDING.sub("", text).strip(" \"'「」『』()[]、。,.!?:;")) and shorter != text:
        text = shorter
    return text
