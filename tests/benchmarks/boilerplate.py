"""How much of the text and of the menus of annotated web pages is read, by kotae and by other extractors.

    python -m tests.benchmarks.boilerplate FOLDER [EXTRACTOR ...]

FOLDER is the folder `tests` of a clone of trafilatura: `evaldata.json` has, for each page, segments of its text
("with") and of what is around it ("without"). EXTRACTOR is trafilatura, resiliparse, readability or justext, which must
be installed (`readability` is the package readability-lxml). Page by page, up to six segments of each kind count.
"""

from __future__ import annotations

import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.formats.html import read_html, read_page
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument

Extractor = Callable[[bytes], str]
_SEGMENTS = 6
_MARKS = re.compile(r"^- |[|#]", re.MULTILINE)


def kotae(page: bytes, *, around: bool) -> str:
    """Read a page as kotae does, with or without what is around its text."""
    try:
        parts: Iterator[Part | Fault] = read_html(io.BytesIO(page), "page", ReadOptions())
        parts = read_page(page, "page", ReadOptions()) if around else parts
        return "\n".join(part.text for part in parts if isinstance(part, Part))
    except UnreadableDocument:
        return ""


def extractor(name: str) -> Extractor:
    """Return an extractor by name."""
    if name == "trafilatura":
        import trafilatura

        return lambda page: trafilatura.extract(_text(page), include_comments=False, include_tables=True) or ""
    if name == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text

        return lambda page: str(extract_plain_text(_text(page), main_content=True))
    if name == "readability":
        from lxml import html
        from readability import Document

        return lambda page: "\n".join(html.fromstring(Document(_text(page)).summary()).itertext())
    if name == "justext":
        import justext

        words = justext.get_stoplist("English")
        return lambda page: "\n".join(
            paragraph.text for paragraph in justext.justext(_text(page), words) if not paragraph.is_boilerplate
        )
    raise SystemExit(f"There is no extractor {name}")


def _text(page: bytes) -> str:
    try:
        return page.decode()
    except UnicodeDecodeError:
        return page.decode("latin-1")


def _pages(folder: Path) -> Iterator[tuple[bytes, Any]]:
    for item in json.loads((folder / "evaldata.json").read_text(encoding="utf-8")).values():
        places = [folder / place / item["file"] for place in ("cache", "eval")]
        yield next(path for path in places if path.exists()).read_bytes(), item


def measure(name: str, extract: Extractor, folder: Path) -> None:
    """Print the shares of text and boilerplate that an extractor gives."""
    kept = {"with": 0, "without": 0}
    total = {"with": 0, "without": 0}
    pages = whole = 0
    began = time.process_time()
    for page, item in _pages(folder):
        try:
            text = extract(page)
        except Exception as error:  # whatever a library raises over a page
            print(f"{item['file']}: {type(error).__name__}", file=sys.stderr)
            text = ""
        read = f"{_plain(text)} {_plain(_MARKS.sub('', text))}"
        for kind in kept:
            found = [_plain(segment) in read for segment in item[kind][:_SEGMENTS]]
            kept[kind] += sum(found)
            total[kind] += len(found)
            whole += kind == "with" and all(found)
        pages += 1
    print(
        f"{name:24} text read {kept['with'] / total['with']:.3f} ({total['with'] - kept['with']} segments lost), "
        f"pages without a loss {whole} of {pages}, boilerplate read {kept['without'] / total['without']:.3f}, "
        f"{time.process_time() - began:.0f} s"
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Measure kotae, and the extractors that are named."""
    folder = Path(sys.argv[1])
    measure("kotae, with menus", lambda page: kotae(page, around=True), folder)
    measure("kotae", lambda page: kotae(page, around=False), folder)
    for name in sys.argv[2:]:
        measure(name, extractor(name), folder)


if __name__ == "__main__":
    main()
