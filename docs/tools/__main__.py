"""Rewrite the generated pages: `python -m docs.tools`."""

from __future__ import annotations

from docs.tools import commands_page, messages, python_page


def main() -> None:
    """Write docs/cli.md, docs/python.md and the catalogue of messages."""
    for page in (commands_page, python_page, messages):
        page.PATH.write_text(page.render(), encoding="utf-8")


if __name__ == "__main__":
    main()
