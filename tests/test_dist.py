"""The distribution works where there is no clone: it has every file it needs, and its commands run."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from kotae.commands import main
from tests.commands import TENNIS
from tests.eval.scripted import write_corpus
from tests.model_servers import MODEL, scripted_server
from tests.samples import REPOSITORY

PACKAGES = ("kotae", "ingest", "eval", "rag")
DATA = (
    "eval/data/verify100.xlsx",
    "eval/data/labelled.csv",
    "eval/report/assets/page.html",
    "kotae/web/assets/ask.js",
    "kotae/web/templates/layout.html",
    "rag/generation/prompts/default.ja.md",
    "rag/models/gptq/single.cu",
    "rag/safety/injection_classifier.json",
    *(f"{package}/py.typed" for package in PACKAGES),
)
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, without the clone on Python's path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env={**environment, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """What `make dist` makes, from a copy of the clone, where it leaves nothing behind."""
    folder = tmp_path_factory.mktemp("dist")
    for name in PACKAGES:
        copytree(REPOSITORY / name, folder / "clone" / name, ignore=ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        (folder / "clone" / name).write_bytes((REPOSITORY / name).read_bytes())
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", cwd=folder / "clone")
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(dist) -> Path:
    (path,) = dist.glob("kotae-*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Iterator[Path]:
    """The Python of an empty environment with the wheel, which sees the packages of this one, but not the clone."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    path = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(sys.executable, "-m", "pip", "--python", path, "install", "-q", "--no-deps", "--no-index", wheel, cwd=folder)
    (site,) = folder.rglob("site-packages")
    dependencies = [entry for entry in sys.path if entry.endswith("-packages")]
    (site / "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
    return path


def test_every_file_of_the_packages_is_in_the_wheel(wheel) -> None:
    """Modules and data; and nothing but the packages is installed."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert set(DATA) <= files
    assert names == files


def test_the_source_distribution_holds_what_the_wheel_is_built_from(dist) -> None:
    (path,) = dist.glob("kotae-*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {*DATA, "pyproject.toml", "README.md", "LICENSE"} <= names
    assert not any(name.startswith(("tests", "corpus")) for name in names)


def test_the_installed_packages_are_not_those_of_the_clone(python, tmp_path) -> None:
    code = "import kotae, rag, ingest, eval\nfor package in (kotae, rag, ingest, eval): print(package.__file__)"
    folders = [Path(line) for line in run(python, "-c", code, cwd=tmp_path).stdout.splitlines()]
    assert len(folders) == 4
    assert all(path.is_relative_to(python.parents[1]) for path in folders)


def test_the_commands_run_outside_the_clone(python, tmp_path) -> None:
    command = python.with_name("kotae")
    page = run(command, "--help", cwd=tmp_path).stdout
    assert page.startswith("Usage: kotae ")
    assert all(f"\n  {name} " in page for name in main.commands)
    write_corpus(tmp_path / "documents")
    assert "3 files: 3 added" in run(command, "ingest", "documents", cwd=tmp_path).stdout
    with scripted_server(key=None) as server:
        served = ("--model", f"openai:{MODEL}", "--base-url", f"{server.url}/v1", "--offline")
        answer, *sources = run(command, "ask", TENNIS, *served, cwd=tmp_path).stdout.splitlines()
    assert answer
    assert sources[0].startswith("[1] ja/許斐剛.md, ")
    assert run(command, "models", cwd=tmp_path).stdout


@pytest.mark.model
def test_the_bundled_model_answers_outside_the_clone(python, tmp_path) -> None:
    done = run(python.with_name("kotae"), "ask", "日本の首都は？", "--no-rag", "--max-tokens", "8", cwd=tmp_path)
    assert "東京" in done.stdout


def test_the_public_names_lead_somewhere_outside_the_clone(python, tmp_path) -> None:
    code = "import kotae\nfor name in kotae.__all__: print(getattr(kotae, name).__name__)"
    assert run(python, "-c", code, cwd=tmp_path).stdout.split() == dir(__import__("kotae"))
