"""HTML: the visible text of a page, with headings as in Markdown and tables row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any, BinaryIO

from ingest.formats.blocks import STRUCK, MarkdownLines
from ingest.formats.boilerplate import boilerplate
from ingest.formats.html_lists import HtmlLists
from ingest.formats.mathml import linear_math
from ingest.formats.merged_table import count_of
from ingest.formats.types import Fault, Part, ReadOptions, read_whole, real_title
from ingest.formats.visibility import Visibility
from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.text.encoding_detection import decode
from rag.text.superscript import raised

_BLOCKS = frozenset(
    "address article aside blockquote body details dd div dl dt fieldset figcaption figure footer form header hr main "
    "ol p pre section summary ul caption legend center".split()
)
_LISTS = frozenset({"ol", "ul"})
_STRUCK = frozenset({"s", "strike"})
_FIELDS, _BOXES = frozenset({"input", "option"}), frozenset({"checkbox", "radio"})
_TYPED = frozenset("text email tel number url search date time month week datetime-local".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_VALUE = re.compile("\"[^\"]*\"|'[^']*'")
_LONG_TAG, _MAX_ATTRIBUTES = 10_000, 2000
_TAG, _UNPARSED = re.compile("<[A-Za-z]"), re.compile(r"<(script|style)\b", re.IGNORECASE)
_UNFOLD = "If it belongs to the page, save the page with that unfolded, or print it to a PDF."
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_XML = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)", re.IGNORECASE)


def read_html(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield the document of a page, titled by <title> or its highest heading, without menus and what else is around it.

    A Fault names hidden text, if there is much. Raises UnreadableDocument.
    """
    root = _tree(read_whole(stream, name), name, options)
    if root is None:
        return
    visibility = Visibility(root)
    part = _part(root, visibility, boilerplate(root, visibility.is_hidden))
    yield part
    if visibility.hides_much(len(part.text)):
        what = Message("Hidden text of this page is left out, {letters} letters", letters=visibility.hidden_letters)
        yield Fault(what, do=_UNFOLD, left_out=True)


def read_page(data: bytes, name: str, options: ReadOptions) -> Iterator[Part]:
    """Yield the document of a page of a book or a mail, with what may be around its text. Raises UnreadableDocument."""
    root = _tree(data, name, options)
    if root is not None:
        yield _part(root, Visibility(root), set())


def _tree(data: bytes, name: str, options: ReadOptions) -> Any:
    """Return the root of a page, None for an empty one. Raises UnreadableDocument."""
    from lxml import etree

    declared = _XML.search(data[:1024]) or _META.search(data[:4096])
    text = decode(data, name, declared=declared.group(1).decode() if declared else None, given=options.encoding)
    if not text.strip():
        return None
    _require_few_attributes(text, name)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.replace("\0", "").encode(), parser)
    except etree.XMLSyntaxError as error:  # nothing but comments, or the like
        raise UnreadableDocument(Message("This page has no text: {error}", error=error), where=name) from error
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise UnreadableDocument("The elements of this page are nested too deeply", where=name)
    if root is not None and next(root.iter("frameset"), None) is not None:
        raise UnreadableDocument(
            "This page consists of frames, whose texts are in files of their own",
            where=name,
            do="Ingest those, and exclude it.",
        )
    return root


def _part(root: Any, visibility: Visibility, around: Set[Any]) -> Part:
    """Return the document of a page, but for the elements `around` its text."""
    lines = _lines(root, visibility, around)
    title = real_title(" ".join("".join(root.xpath("string(//title)")).split()))
    return Part(lines.text(), title=title or lines.first_heading, declared=_declared_language(root))


def _declared_language(root: Any) -> str | None:
    """Return the language that a page says it is in, by its `lang` or a <meta>."""
    for element in (root, root.find("body")):
        if element is not None and (tag := element.get("lang") or element.get(_XML_LANG)):
            return str(tag)
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "content-language":
            return str(meta.get("content") or "") or None
    return None


def _require_few_attributes(text: str, name: str) -> None:
    """Raise UnreadableDocument for a tag with so many attributes that libxml2 would compare them for hours."""
    unparsed = ""  # the element whose content is no markup
    for part in text.split(">"):
        if unparsed:
            unparsed = "" if part.lower().endswith(unparsed) else unparsed
        elif opened := _UNPARSED.match(part, part.rfind("<")):
            unparsed = f"</{opened.group(1).lower()}"
        elif len(part) > _LONG_TAG:
            tag = _VALUE.sub("", part[part.find("<") :])
            if _TAG.match(tag) and len(tag.split()) > _MAX_ATTRIBUTES:
                raise UnreadableDocument("A tag of this page has thousands of attributes", where=name)


def _lines(root: Any, visibility: Visibility, around: Set[Any]) -> MarkdownLines:
    """Walk the tree, but for the elements `around` its text, without recursion, as it may be deep."""
    from lxml import etree

    lines = MarkdownLines()
    walk = etree.iterwalk(root, events=("start", "end"))
    dropped: Any = None
    verbatim = raised_depth = 0
    lists = HtmlLists()
    for event, element in walk:
        if event == "start" and dropped is None:
            if visibility.is_hidden(element) or element in around:
                visibility.leave_out(element)
                dropped = element
                walk.skip_subtree()
            elif element.tag == "math":
                lines.add(linear_math(element))
                dropped = element
                walk.skip_subtree()
            else:
                verbatim += element.tag == "pre"
                raised_depth += element.tag == "sup"
                _open(lines, lists, element)
                if element.tag == "img":
                    lines.add(visibility.picture_text(element))
                text = raised(element.text) if raised_depth and element.text else element.text
                (lines.verbatim if verbatim else lines.add)(text)
        elif event == "end":
            if element is dropped:
                dropped = None
            elif dropped is None:
                verbatim -= element.tag == "pre"
                raised_depth -= element.tag == "sup"
                _close(lines, lists, element)
            if dropped is None and element is not root:
                (lines.verbatim if verbatim else lines.add)(element.tail)
    return lines


def _typed(element: Any) -> str:
    """Return what was typed or chosen in a field of a form; "" for one that does not show it."""
    if element.tag == "option":
        return "☑ " if element.get("selected") is not None else ""
    kind = (element.get("type") or "text").lower()
    if kind in _BOXES:
        return "☑ " if element.get("checked") is not None else "☐ "
    return f" {element.get('value') or ''} " if kind in _TYPED else ""


def _open(lines: MarkdownLines, lists: HtmlLists, element: Any) -> None:
    tag = element.tag
    if tag in _FIELDS:
        lines.add(_typed(element))
    if tag in _HEADINGS:
        lines.heading(_HEADINGS[tag])
    elif tag == "tr":
        lines.row(data=_is_data(element))
    elif tag == "table":
        lines.table()
    elif tag == "li":
        lines.item(lists.mark(element))
    elif tag == "br":
        lines.line()
    elif tag in _STRUCK:
        lines.add(STRUCK)
    elif tag in _BLOCKS:
        lines.block()
    if tag in _LISTS:
        lists.begin(element)


def _close(lines: MarkdownLines, lists: HtmlLists, element: Any) -> None:
    tag = element.tag
    if tag in _HEADINGS:
        lines.end_heading()
    elif tag == "tr":
        lines.end_row()
    elif tag in {"td", "th"}:
        lines.end_cell(count_of(element.get("colspan")), count_of(element.get("rowspan")))
    elif tag in _BLOCKS or tag == "table":
        lines.block()
    elif tag == "li":
        lines.end_item()
    elif tag == "option":
        lines.line()
    elif tag in _STRUCK:
        lines.add(STRUCK)
    if tag in _LISTS:
        lists.end()


def _is_data(element: Any) -> bool:
    """Tell whether a tr is a row of data; one that contains headings or tables lays out a page."""
    return next(element.iter("table", "h1", "h2", "h3", "h4", "h5", "h6"), None) is None
