"""Take the picture of README: `python -m tests.benchmarks.report_picture RUN [RUN ...] --out docs/report.png`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from eval.report.build import build_report
from eval.report.html import html_page
from tests.eval.browser import chromium

WIDTH, HEIGHT = 1200, 1100  # CSS pixels


def main() -> None:
    """Show the page of these runs in a window of that size, in its light colours, and keep what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/report.png"))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(html_page(build_report(wanted.runs)), encoding="utf-8")
        picture = f"--screenshot={wanted.out.resolve()}"
        chromium(Path(folder) / "profile", picture, f"--window-size={WIDTH},{HEIGHT}", page.as_uri())
    print(wanted.out)


if __name__ == "__main__":
    main()
