"""Plain text and Markdown, each with optional front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.formats.types import Part, ReadOptions, read_whole
from rag.text.encoding_detection import decode

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


def read_text(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a text file, with `title:` and `lang:` from its front matter."""
    text = decode(read_whole(stream, name), name, given=options.encoding)
    fields, body = _front_matter(text)
    yield Part(text, title=fields.get("title"), language=fields.get("lang"), body=body)


def read_markdown(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a Markdown file; without a `title:` its first `#` heading is the title."""
    for part in read_text(stream, name, options):
        heading = None if part.title else _HEADING.search(part.text, part.body)
        yield Part(part.text, title=heading.group(1) if heading else part.title, language=part.language, body=part.body)


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """Return the `key: value` lines between two lines of `---` at the top, and the offset of the body."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    fields = {}
    for line in match.group(1).splitlines():
        key, colon, value = line.partition(":")
        if colon and not key.startswith(("#", " ", "\t")):
            fields[key.strip().lower()] = value.strip().strip("\"'")
    return fields, match.end()
