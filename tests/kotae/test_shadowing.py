"""Another project's `rag`, `ingest` or `eval` in the way of ours is named, with its file and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kotae.shadowing import PACKAGES, PackageShadowed, describe_imports, require_own_packages, shadowing_path
from tests.commands import CLI, kotae
from tests.eval.set_checks import ROOT


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder, with the clone on its path, as an editable install has it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def hide(folder: Path, package: str, form: str) -> Path:
    """Put a module of this name into the folder; give the path that has to be named."""
    path = folder / f"{package}.py" if form == "file" else folder / package / "__init__.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text("VALUE = 1\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("form", ["file", "package"])
@pytest.mark.parametrize("package", PACKAGES)
def test_importing_kotae_beside_a_module_of_that_name(tmp_path, package, form) -> None:
    path = hide(tmp_path, package, form)
    done = run(tmp_path, "-c", "import kotae")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"kotae: Another module hides kotae's package '{package}' ({path}).")
    assert f"Rename {path.name}" in line


@pytest.mark.usefixtures("process")
def test_the_error_can_be_caught_as_one_of_importing(tmp_path) -> None:
    path = hide(tmp_path, "rag", "file")
    code = "try:\n import kotae\nexcept ImportError as error:\n print(type(error).__name__, error.name, error.path)"
    assert run(tmp_path, "-c", code).stdout.split() == ["PackageShadowed", "rag", str(path)]


@pytest.mark.usefixtures("process")
def test_a_module_that_was_imported_before(tmp_path) -> None:
    """The folder is no longer on the path, and the name is taken all the same."""
    path = hide(tmp_path, "rag", "file")
    code = f"import rag, sys\nsys.path[0] = {str(ROOT)!r}\nimport kotae"
    assert f"({path})" in run(tmp_path, "-c", code).stderr


@pytest.mark.usefixtures("process")
def test_another_error_keeps_its_traceback(tmp_path) -> None:
    hide(tmp_path, "rag", "file")
    code = "try:\n import kotae\nexcept ImportError:\n pass\nraise KeyError('mine')"
    done = run(tmp_path, "-c", code)
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("KeyError: 'mine'\n")


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("arguments", [("doctor",), ("ask", "Q"), ("--help",)], ids=" ".join)
def test_a_command_whose_path_holds_a_module_of_that_name(tmp_path, arguments) -> None:
    path = hide(tmp_path, "rag", "file")
    program = "import sys\nfrom kotae.commands import main\nmain(sys.argv[1:])"
    done = run(tmp_path, "-c", program, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("kotae: ")
    assert f"({path})" in line


@pytest.mark.usefixtures("process")
def test_the_command_in_a_folder_with_such_a_module_works(tmp_path) -> None:
    """Its own folder is first on its path, not the one it is called in."""
    hide(tmp_path, "rag", "file")
    assert run(tmp_path, CLI, "models").returncode == 0


@pytest.mark.parametrize("package", PACKAGES)
def test_doctor_names_what_hides_our_packages_in_this_folder(tmp_path, monkeypatch, package) -> None:
    path = hide(tmp_path, package, "file")
    monkeypatch.chdir(tmp_path)
    (line,) = [line for line in kotae("doctor").stdout.splitlines() if line.startswith("imports ")]
    assert f"{package}: hidden by {path} " in line
    assert f"Rename {path.name}" in line


def test_doctor_says_that_nothing_is_in_the_way(tmp_path) -> None:
    assert describe_imports(str(tmp_path)) == ("rag, ingest, eval: kotae's own",)


def test_doctor_names_an_installed_package_with_such_a_module(tmp_path, monkeypatch) -> None:
    """Installed into the same folder, it overwrites files of ours, which no path tells."""
    record = tmp_path / "somebodys_rag-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-rag\nVersion: 1.0\n", encoding="utf-8")
    (record / "top_level.txt").write_text("rag\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    (line,) = describe_imports(str(tmp_path))
    assert "'somebodys-rag'" in line
    assert "pip uninstall somebodys-rag" in line


def test_a_module_of_an_installed_package_is_to_be_uninstalled() -> None:
    error = PackageShadowed("rag", os.path.join("lib", "site-packages", "rag", "__init__.py"))
    assert error.do.startswith("Uninstall the package")


def test_our_own_packages_are_not_in_the_way(tmp_path, monkeypatch) -> None:
    require_own_packages()
    link = tmp_path / "rag"
    link.symlink_to(ROOT / "rag")
    assert [shadowing_path(package, str(tmp_path)) for package in PACKAGES] == [None, None, None]
