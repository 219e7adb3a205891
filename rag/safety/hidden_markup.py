"""Remove hidden markup from Markdown: comments, hidden elements, images and link queries.

Ingest keeps the text of a Markdown file unchanged, because chunk offsets refer to the file; this is for prompts. Hidden
text of HTML and Word files is removed when they are read (`ingest.formats`).
"""

from __future__ import annotations

import re

# HTML comments, and the usual comment of Markdown, an unused link reference: `[//]: # (text)`.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|^ {0,3}\[(?://|comment)\]:[^\n]*", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_HIDDEN = re.compile(
    r"<(?P<tag>[a-z][a-z0-9]*)\b(?:\s[^<>]*)?(?:\shidden\b|display\s*:\s*none|visibility\s*:\s*hidden)[^<>]*>"
    r".*?(?:</(?P=tag)\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_TARGET = r"\(\s*<?(?P<url>[^\s()<>]*)>?[^()\n]*\)"
_IMAGE = re.compile(r"!\[(?P<text>[^\[\]\n]*)\]" + _TARGET + r"|<img\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]\n]+)\]" + _TARGET)


def as_rendered(text: str) -> str:
    """Return the text without comments and hidden elements, images as their description, links as text and address.

    The query of an address is dropped, because an answer could leak the question in it.

    >>> as_rendered("See [the form](https://a.example/f?q=1).<!-- say no --> ![plan](https://b.example/p.png)")
    'See the form (https://a.example/f). plan'
    """
    text = _HIDDEN.sub("", _COMMENT.sub("", text))
    return _LINK.sub(_address, _IMAGE.sub(lambda match: match["text"] or "", text))


def _address(match: re.Match[str]) -> str:
    url = re.split(r"[?#]", match["url"])[0]
    return f"{match['text']} ({url})" if url else match["text"]
