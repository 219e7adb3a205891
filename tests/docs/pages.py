"""The pages of the documentation, and what they name."""

from __future__ import annotations

import re
from pathlib import Path

from tests.samples import REPOSITORY as ROOT

PAGES = sorted(
    [ROOT / name for name in ("README.md", "README.ja.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
    + [ROOT / "eval/data/README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
)
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
_INDENTED = re.compile(r"^    \S.*$", re.M)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def code_of(page: Path) -> str:
    """The code blocks of a page, fenced and indented."""
    text = text_of(page)
    return "\n".join([*_FENCE.findall(text), *_INDENTED.findall(text)])


def prose_of(page: Path) -> str:
    """A page without its fenced code."""
    return _FENCE.sub("", text_of(page))


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}
