"""Rewrite the generated pages: `python -m docs.tools`."""

from __future__ import annotations

from docs.tools import commands_page, python_page


def main() -> None:
    """Write docs/cli.md and docs/python.md."""
    for page in (commands_page, python_page):
        page.PATH.write_text(page.render(), encoding="utf-8")


if __name__ == "__main__":
    main()
