"""Front matter: fields in YAML or TOML at the top of a Markdown or text file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rag.text.toml_values import toml_values

_LONGEST = 1 << 16
_OPENING = re.compile(r"(---|\+\+\+)[ \t]*\n")
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE),
}
# Fields of site generators and of kotae. A text between two rules has none of them.
_KNOWN = frozenset(
    "title lang language locale date author authors tags tag categories category draft layout description "
    "slug id weight aliases keywords summary permalink url published publish updated modified lastmod "
    "created version status type subtitle toc output format sidebar_position sidebar_label nav_order "
    "parent excerpt image cover theme marp header footer bibliography abstract name source".split()
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of front matter that are text, by their names in lower case, and the offset of the body."""

    fields: Mapping[str, str] = field(default_factory=dict)
    body: int = 0

    @property
    def language(self) -> str | None:
        """The tag of the language."""
        return next((self.fields[name] for name in ("lang", "language", "locale") if self.fields.get(name)), None)


def front_matter(text: str) -> FrontMatter:
    r"""Return the front matter of a text: none if what is between the rules has no field that front matter has.

    >>> front_matter("---\ntitle: 規程\n---\n本文").fields, front_matter("---\n\n受付。\n\n---\n").body
    ({'title': '規程'}, 0)
    """
    opening = _OPENING.match(text)
    closing = _CLOSING[opening.group(1)].search(text, opening.end(), opening.end() + _LONGEST) if opening else None
    if opening is None or closing is None:
        return FrontMatter()
    block = text[opening.end() : closing.start()]
    fields = _toml(block) if opening.group(1) == "+++" else _yaml(block)
    if block.strip() and not fields.keys() & _KNOWN:
        return FrontMatter()
    return FrontMatter({name: value for name, value in fields.items() if value}, closing.end())


def _toml(block: str) -> dict[str, str]:
    try:
        return _texts(toml_values(block))
    except ValueError:
        return {}


def _yaml(block: str) -> dict[str, str]:
    """Read YAML, every scalar as text (`no` is a language); if it is none, its lines of `key: value`."""
    import yaml

    try:
        values = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings only
    except (yaml.YAMLError, RecursionError, ValueError):
        lines = (line.partition(":") for line in block.splitlines() if not line.startswith(("#", " ", "\t", "-")))
        return {key.strip().lower(): value.strip().strip("\"'") for key, colon, value in lines if colon}
    return _texts(values) if isinstance(values, dict) else {}


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        str(key).strip().lower(): " ".join(str(value).split()) if isinstance(value, str | int | float | date) else ""
        for key, value in values.items()
    }
