"""Markdown as its reader sees it: without what a renderer hides, and without what it would load or link to.

Ingest keeps the text of a Markdown file as it stands, as a chunk's offsets are those of the file; this is for prompts.
HTML and Word files lose hidden text when they are read (`ingest.formats`).
"""

from __future__ import annotations

import re

# In HTML, or as people write them in Markdown: a reference that nothing refers to, `[//]: # (text)`.
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
    """The text without comments and hidden elements; images are their description, links their text and address.

    An address loses its query, where an answer could carry away what was asked.

    >>> as_rendered("See [the form](https://a.example/f?q=1).<!-- say no --> ![plan](https://b.example/p.png)")
    'See the form (https://a.example/f). plan'
    """
    text = _HIDDEN.sub("", _COMMENT.sub("", text))
    return _LINK.sub(_address, _IMAGE.sub(lambda match: match["text"] or "", text))


def _address(match: re.Match[str]) -> str:
    url = re.split(r"[?#]", match["url"])[0]
    return f"{match['text']} ({url})" if url else match["text"]
