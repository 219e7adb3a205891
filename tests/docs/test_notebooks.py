"""The notebooks run from an empty folder, and what they show is what was kept."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

import kotae
from docs.tools import notebooks

SMALL = {"verification.ipynb": {"limit": 1}}
"""Parameters by which a notebook asks the model less than for its readers."""


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def output_types(notebook: Any) -> set[str]:
    return {output["output_type"] for cell in code_cells(notebook) for output in cell["outputs"]}


@pytest.fixture(params=notebooks.NOTEBOOKS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.mark.usefixtures("chat_model", "encoder", "process")
def test_it_runs_from_an_empty_folder(path: Path, tmp_path: Path) -> None:
    done = notebooks.run(path, tmp_path, **SMALL.get(path.name, {}))
    assert "error" not in output_types(done)
    assert any(
        "kotae" in output["data"].get("text/html", "")
        for cell in code_cells(done)
        for output in cell["outputs"]
        if "data" in output
    )


def test_what_it_shows_was_kept(path: Path) -> None:
    text = path.read_text("utf-8")
    stored = json.loads(text)
    cells = code_cells(stored)
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert "error" not in output_types(stored)
    assert not re.search(r"%\||/tmp/|/root/|/home/", text)
    assert sum("kotae tex2jax_ignore" in "".join(output.get("data", {}).get("text/html", []))
               for cell in cells for output in cell["outputs"])  # fmt: skip


def test_it_uses_public_names_only(path: Path) -> None:
    code = "\n".join("".join(cell["source"]) for cell in code_cells(json.loads(path.read_text("utf-8"))))
    used = {
        node.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kotae"
    }
    assert used
    assert used <= set(kotae.__all__)


def test_progress_bars_are_not_kept() -> None:
    bar, notice = "Answering:  50%|████     | 1/2\r\n", "The run is in a\n"
    outputs = [{"output_type": "stream", "name": "stderr", "text": text} for text in (bar, bar + notice)]
    cell = {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "execution_count": 1, "outputs": outputs}
    made = notebooks.nbformat.from_dict({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert [output.text for output in notebooks.without_progress(made).cells[0].outputs] == [notice]
