"""An HTML page as a tree of elements, as far as tests need one."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "input", "img"}


@dataclass
class Node:
    """An element: its attributes, and its text with that of all below it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def all(self, tag: str = "", **wanted: str | None) -> list[Node]:
        """Elements below this one with this tag and these attributes, "_" for "-" in their names."""
        want = {name.strip("_").replace("_", "-"): value for name, value in wanted.items()}
        found = []
        for child in self.children:
            if tag in ("", child.tag) and all(child.attributes.get(name) == value for name, value in want.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag: str = "", **wanted: str | None) -> Node:
        (found,) = self.all(tag, **wanted)
        return found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag, attrs) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs) -> None:
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data) -> None:
        for node in self.open:
            node.parts.append(data)


def parse(page: str) -> Node:
    tree = _Tree()
    tree.feed(page)
    tree.close()
    assert len(tree.open) == 1
    return tree.open[0]


def page_table(page: Node, table: str) -> list[dict[str, str]]:
    """The rows of a table of the page, each by the titles of its columns."""
    header, *rows = page.one("table", id=table).all("tr")
    titles = [cell.text for cell in header.all("th")]
    return [dict(zip(titles, (cell.text for cell in row.all("td")), strict=True)) for row in rows]
