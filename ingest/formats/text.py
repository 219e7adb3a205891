"""Plain text and Markdown, each with optional front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.formats.front_matter import front_matter
from ingest.formats.types import Part, ReadOptions, read_whole
from ingest.formats.written_ruby import legend, title_above, without_readings
from rag.text.encoding_detection import decode

_HEADING = re.compile(r"^(?:(?P<mark>#)[ \t]|(?P<fence>```|~~~)|(?P<underline>={3,})[ \t]*$)", re.MULTILINE)
_LONGEST_HEADING = 1000
_DATA = re.compile(r"\bdata:[\w.+-]{1,50}/[\w.+;=-]{1,100},[A-Za-z0-9+/=%]{64,}")
"""A picture or other file written into a text: as Google Docs exports Markdown, and notebooks have pictures."""


def read_text(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a text file, with `title:` and `lang:` from its front matter, without readings (ruby)."""
    text = without_data(decode(read_whole(stream, name), name, given=options.encoding))
    front = front_matter(text)
    title, inner = front.fields.get("title"), text[front.body :]
    place = legend(inner)
    if place:
        title = title or title_above(inner, place[0])
        inner = inner[: place[0]] + inner[place[1] :]
    text = text[: front.body] + without_readings(inner, explained=place is not None)
    yield Part(text, title=title, language=front.language, body=front.body)


def without_data(text: str) -> str:
    """Return a text without the files that are written into it as data.

    >>> without_data(f"![図](data:image/png;base64,{'iVBORw0K' * 20}) 本文")
    '![図]() 本文'
    """
    return _DATA.sub("", text) if "data:" in text else text


def read_markdown(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a Markdown file; without a `title:` its first heading of level 1 is the title."""
    for part in read_text(stream, name, options):
        title = part.title or first_heading(part.text, part.body)
        yield Part(part.text, title=title, language=part.language, body=part.body)


def first_heading(text: str, start: int = 0) -> str | None:
    r"""Return the first heading of level 1 in Markdown, not in code, None if there is none.

    >>> first_heading("~~~\n# comment\n~~~\n# C# の手引き #"), first_heading("手引き\n====")
    ('C# の手引き', '手引き')
    """
    fence = ""
    for match in _HEADING.finditer(text, start):
        if match["fence"]:
            fence = "" if fence == match["fence"] else fence or match["fence"]
            continue
        if fence:
            continue
        begin = match.end() if match["mark"] else text.rfind("\n", start, max(start, match.start() - 1)) + 1 or start
        end = text.find("\n", begin, begin + _LONGEST_HEADING)
        heading = text[begin : end if end >= 0 else begin + _LONGEST_HEADING].strip()
        if match["mark"] and heading.rstrip("#").endswith((" ", "\t")):
            heading = heading.rstrip("#").rstrip()
        if heading.strip("#="):
            return heading
    return None
