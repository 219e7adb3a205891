"""A model in a folder is named by its content, whatever part of that changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.hub import resolve

FILES = {
    "model.safetensors": "weights",
    "config.json": '{"rope_theta": 10000}',
    "tokenizer.model": "pieces",
    "tokenizer_config.json": '{"chat_template": "A"}',
    "chat_template.jinja": "A",
    "merges.txt": "a b",
    "1_Pooling/config.json": '{"pooling_mode_mean_tokens": true}',
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "模型" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "模型"


@pytest.mark.parametrize("name", FILES)
def test_any_change_of_what_a_model_says_is_another_revision(model: Path, name: str) -> None:
    before = resolve(str(model)).revision
    (model / name).write_text(FILES[name] + " ", encoding="utf-8")
    assert resolve(str(model)).revision != before


def test_a_copy_with_notes_is_the_same_revision(model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "copy" / "模型"))
    (copy / "読んで.txt").write_text("notes", encoding="utf-8")
    (copy / "README.md").write_text("a card", encoding="utf-8")
    assert resolve(str(copy)).revision == resolve(str(model)).revision
