"""Find what is around the text of a web page: menus, breadcrumbs, related links, comment forms, notices of cookies.

Only blocks that are mostly links, or forms, are boilerplate: a menu that is kept costs less than a sentence that is
lost. The rules and what they lose are measured by tests/benchmarks/boilerplate.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_NAMES = frozenset(
    "ad ads advert adverts aside banner banners breadcrumb breadcrumbs byline colophon copyright crumb crumbs foot "
    "footer footnav gmenu gnav gnavi globalnav globalmenu header headernav kanren lmenu lnav lnavi localnav login menu "
    "menubar menus nav navbar navi navigation navs osusume pager pagenav pagetop pagination paging pankuzu popular "
    "promo ranking recommend recommendation recommendations recommended related share sharing side sidebar sidemenu "
    "sidenav sitemap skip snav sns social sponsor sponsored submenu subnav tag tagcloud tags teaser teasers toolbar "
    "topicpath topicspath totop trending upsell widget widgets".split()
)
_FORMS = frozenset(
    "akismet captcha commentform consent cookie cookies gdpr newsletter respond subscribe subscription".split()
)
_AROUND = frozenset({"aside", "footer", "header", "nav"})
_ROLES = frozenset("alertdialog banner complementary contentinfo dialog menu menubar navigation search toolbar".split())
_LISTS = frozenset({"div", "dl", "ol", "p", "td", "ul"})
_NO_BLOCKS = frozenset(
    "a body caption dd details dt h1 h2 h3 h4 h5 h6 html label main span summary table tbody tfoot th thead tr".split()
)
"""What a name says nothing about: a heading or a row of a table may well be called a header, and be a link."""
_CLICKED = frozenset({"a", "button", "select"})
_LINKED, _LISTED = 0.25, 0.9
"""Shares of its letters that are links, in a block with a telling name, and in a list without one."""
_LINKS = 4
_ENOUGH = 60
"""Letters outside links, by which a page is more than a list of links."""
_CONTENT = 0.2
_MOST = 0.5
_SHORT_FORM, _LONGEST_FORM = 100, 1500

_WORDS = re.compile(r"[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(slots=True)
class _Block:
    """An element and its letters: all, those in links, and the most outside links of an article or heading in it."""

    element: Any
    named: bool = False
    form: bool = False
    letters: int = 0
    linked: int = 0
    links: int = 0
    content: float = 0
    in_main: bool = False
    hidden: bool = False
    main: bool = False

    @property
    def plain(self) -> int:
        """The letters outside links."""
        return self.letters - self.linked


def boilerplate(root: Any, is_hidden: Callable[[Any], bool]) -> set[Any]:
    """Return the elements of a page that are around its text; those in them are not listed again."""
    blocks = list(_blocks(root, is_hidden))
    if not blocks:
        return set()
    page = blocks.pop()
    found: set[Any] = set()
    plain = page.plain
    for block in reversed(blocks):  # outer blocks first
        if _is_around(block, page.plain) and not any(outer in found for outer in block.element.iterancestors()):
            found.add(block.element)
            plain -= block.plain
    return found if plain > 0 else set()


def _is_around(block: _Block, plain: int) -> bool:
    """Tell whether a block is boilerplate on a page with so many letters outside links."""
    if block.content >= _CONTENT * plain:
        return False
    if block.form and block.plain <= _SHORT_FORM:
        return True
    if block.plain > _MOST * plain:
        return False
    if block.form:
        return block.plain <= _LONGEST_FORM
    if block.named:
        return block.linked >= _LINKED * block.letters
    return plain >= _ENOUGH and not block.in_main


def _blocks(root: Any, is_hidden: Callable[[Any], bool]) -> Iterator[_Block]:
    """Yield the blocks that may be boilerplate, inner ones first, then the page as a whole."""
    from lxml import etree

    stack = [_Block(root)]
    mains = clicked = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if element is not root:
                stack.append(_opened(element))
            block = stack[-1]
            if is_hidden(element):
                block.hidden = True
                walk.skip_subtree()
                continue
            mains += block.main
            clicked += tag in _CLICKED
            block.in_main = mains > 0
            _count(block, element.text, clicked=clicked > 0)
        else:
            block = stack.pop() if element is not root else stack[-1]
            if not block.hidden:
                mains -= block.main
                clicked -= tag in _CLICKED
                yield from _closed(block, tag)
            if element is not root:
                outer = stack[-1]
                outer.letters += block.letters
                outer.linked += block.linked
                outer.links += block.links + (tag == "a" and block.letters > 0)
                outer.content = max(outer.content, block.content)
                _count(outer, element.tail, clicked=clicked > 0)
    yield stack[0]


def _opened(element: Any) -> _Block:
    get = element.get
    name, kind = f"{get('id', '')} {get('class', '')}", get("role", "")
    words = _words(name) if len(name) > 1 else frozenset()
    around = element.tag in _AROUND or kind.lower() in _ROLES
    main = element.tag in {"main", "article"} or kind == "main"
    return _Block(element, around or not words.isdisjoint(_NAMES), not words.isdisjoint(_FORMS), main=main)


def _words(name: str) -> set[str]:
    """Return the words of names, and each with the next: "topicPath" and "topic-path" are "topicpath" too.

    >>> sorted(_words("topicPath l2"))
    ['l', 'path', 'pathl', 'topic', 'topicpath']
    """
    words = [word.lower() for word in _WORDS.findall(_HUMPS.sub(" ", name))]
    return {*words, *map("".join, pairwise(words))}


def _closed(block: _Block, tag: Any) -> Iterator[_Block]:
    """Note what kind of content a block is, and yield it if it may be boilerplate."""
    if tag == "h1":
        block.content = float("inf")
    elif block.main:
        block.content = max(block.content, block.plain)
    listed = tag in _LISTS and block.links >= _LINKS and block.linked >= _LISTED * block.letters
    if block.letters and (block.named or block.form or listed) and tag not in _NO_BLOCKS:
        yield block


def _count(block: _Block, text: str | None, *, clicked: bool) -> None:
    if text:
        letters = len("".join(text.split()))
        block.letters += letters
        block.linked += letters if clicked else 0
