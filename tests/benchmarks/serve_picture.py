"""Take the picture of `kotae serve` for README: `python -m tests.benchmarks.serve_picture --index .kotae/index`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.commands import CLI, TENNIS
from tests.kotae.web.chrome import chrome

WIDTH, HEIGHT = 1200, 800  # CSS pixels
_ANSWERED = "!!document.querySelector('.pane') && !document.querySelector('.pane[aria-busy]')"
_SECONDS = 600


def main() -> None:
    """Ask with and without retrieval, twice, so that the model is loaded when it counts; keep what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path(".kotae/index"))
    parser.add_argument("--out", type=Path, default=Path("docs/serve.png"))
    wanted = parser.parse_args()
    command = [sys.executable, str(CLI), "serve", "--port", "0", "--index", str(wanted.index)]
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            address = (child.stdout.readline() if child.stdout else "").strip()
            with chrome(Path(folder)) as tab:
                tab.window(WIDTH, HEIGHT)
                tab.open(address)
                for _ in range(2):
                    tab.open(f"{address.partition('?')[0]}?lang=en")
                    tab.click("input[value=both]")
                    tab.run("document.getElementById('question').focus()")
                    tab.type(TENNIS)
                    tab.press("Enter", ctrl=True)
                    tab.until(_ANSWERED, _SECONDS)
                tab.run("document.activeElement.blur()")
                tab.picture(wanted.out)
        finally:
            child.terminate()
    print(wanted.out)


if __name__ == "__main__":
    main()
