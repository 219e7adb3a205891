"""Help pages in the language of the command line."""

from __future__ import annotations

from collections.abc import Iterable

import click

from rag.messages import display_language, localized
from rag.text.width import wrapped

_VERBATIM = "\b\n"
"""What click puts before a paragraph whose lines it shall not wrap: it takes a Japanese letter for one column."""


_METAVARS = ("[OPTIONS]", "COMMAND [ARGS]...")
"""What stands in a line of usage for arguments that have no name of their own."""


class HelpPage(click.HelpFormatter):
    """Lays out help as click does, and looks every text up in the catalogue."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        for metavar in _METAVARS:
            args = args.replace(metavar, localized(metavar))
        super().write_usage(prog, args, prefix)

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that starts with a backspace character keeps its lines."""
        if display_language() == "en":
            super().write_text(text)
            return
        paragraphs = (_paragraph(paragraph, self.width - self.current_indent) for paragraph in text.split("\n\n"))
        super().write_text("\n\n".join(paragraphs))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write the help of options or commands, in a column to the right of their names."""
        if display_language() != "en":
            rows = list(rows)
            first = min(max((len(name) for name, _ in rows), default=0), col_max) + col_spacing
            width = max(self.width - first - 2, 10)
            rows = [(name, _VERBATIM + _entry(text, width)) for name, text in rows]
        super().write_dl(rows, col_max, col_spacing)


class HelpContext(click.Context):
    """A context whose help pages are in the language of the command line."""

    formatter_class = HelpPage


def _paragraph(text: str, width: int) -> str:
    if text.startswith("\b"):
        return "\n".join(localized(line) for line in text.splitlines())
    return _VERBATIM + wrapped(localized(" ".join(text.split())), width)


def _entry(text: str, width: int) -> str:
    """Translate the help of an option; its default, which click appends in brackets, goes on a line of its own."""
    help_text, bracket, extra = text.partition("  [")
    lines = wrapped(localized(help_text), width)
    return f"{lines}\n[{extra}" if bracket else lines
