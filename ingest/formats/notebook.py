"""Jupyter notebooks: the text and code of their cells, without outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.formats.text import without_data
from ingest.formats.types import Part, ReadOptions, read_whole
from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.text.json_errors import json_fault

_HEADING = re.compile(r"^#[ \t]+(\S.*)$", re.MULTILINE)


def read_ipynb(stream: BinaryIO, name: str, _options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a notebook, titled by its first heading. Raises UnreadableDocument."""
    try:
        notebook = json.loads(read_whole(stream, name))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(
            Message("This notebook is not JSON: {error}", error=json_fault(error)), where=name
        ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableDocument(
            "This notebook has no cells", where=name, do="Save it in Jupyter as notebook format 4 or later."
        )
    texts = [
        (cell.get("cell_type"), without_data(_source(cell.get("source")))) for cell in cells if isinstance(cell, dict)
    ]
    text = "\n\n".join(source.strip("\n") for _, source in texts if source.strip())
    heading = next((match for kind, source in texts if kind == "markdown" and (match := _HEADING.search(source))), None)
    yield Part(text, title=heading.group(1).strip("# ") if heading else None)


def _source(source: object) -> str:
    """Return the text of a cell, which may be given line by line."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
