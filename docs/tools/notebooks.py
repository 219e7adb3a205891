"""The notebooks of the documentation: `python -m docs.tools.notebooks` runs them and keeps what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOKS = tuple(sorted((ROOT / "docs/notebooks").glob("*.ipynb")))
PARAMETERS = "parameters"
"""The tag of the cell whose names a run may set."""
_BAR = re.compile(r"\d+%\||^\s*$")


def run(path: Path, folder: Path, **parameters: object) -> Any:
    """Run a copy of a notebook in a folder, with other parameters if there are any; return it with what it shows."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if parameters and PARAMETERS in cell.metadata.get("tags", ()):
            cell.source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    copy = folder / path.name
    nbformat.write(notebook, copy)
    subprocess.run(  # noqa: S603  # Python, and a notebook of this project
        [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", copy.name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return nbformat.read(copy, as_version=4)


def without_progress(notebook: Any) -> Any:
    """Return a notebook that was run without its progress bars and the times of its cells."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stderr":
                lines = re.split(r"[\r\n]+", output.text)
                output.text = "".join(f"{line}\n" for line in lines if not _BAR.search(line))
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    return notebook


def main() -> None:
    """Run every notebook in a folder of its own and write it with what it shows."""
    for path in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(without_progress(run(path, Path(folder))), path)


if __name__ == "__main__":
    main()
