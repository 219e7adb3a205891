"""The locks that `make` installs from: every package with the hashes of its files. `python -m tests.lock` writes them.

It needs uv (`pip install uv`) and the package index, and keeps the versions of constraints.txt. torch and the CUDA
packages that only it asks for are left out: their files differ by the index that serves them.
"""

from __future__ import annotations

import functools
import re
import subprocess
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.samples import REPOSITORY

LOCKS = REPOSITORY / "locks"
OLDEST = "3.11"
_SYSTEMS = ("darwin", "linux", "win32")
_SUPPORTED = "python_full_version < '3.14'"
_OF_TORCH = re.compile(r"torch|triton|cuda-.+|nvidia-.+")
_EVERYWHERE = f" ; {_SUPPORTED} and (" + " or ".join(f"sys_platform == '{name}'" for name in _SYSTEMS) + ")"
_BUILD = "setuptools"
"""Comes first: source packages are built with it, not with what the index has that day."""
PARTS = {"build": (), "kotae": (), "dev": ("dev",), "gptq": ("gptq",)}
"""Names of the locks, in the order they are installed in, and the extras of each."""


def blocks(text: str) -> dict[str, str]:
    """The blocks of a lock by package: its line, and a line for each hash."""
    found = re.findall(r"^[A-Za-z0-9].*\n(?:[ ]+--hash.*\n)*", text, re.MULTILINE)
    return {canonicalize_name(block.partition("==")[0]): block for block in found}


def pin(block: str) -> Requirement:
    """The version of a package in a lock, and the systems that it is for."""
    return Requirement(block.partition("\n")[0].removesuffix(" \\"))


@functools.cache
def _compiled(extras: tuple[str, ...]) -> dict[str, str]:
    command = [
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "-",
        "-c",
        "constraints.txt",
        "--universal",
        "--generate-hashes",
    ]
    command += ["--python-version", OLDEST, "--no-annotate", "--no-header", "-q"]
    command += [part for extra in extras for part in ("--extra", extra)]
    done = subprocess.run(command, cwd=REPOSITORY, input=_BUILD, text=True, stdout=-1, check=True)
    found = blocks(done.stdout)
    return {name: _plain(block) for name, block in found.items() if not _OF_TORCH.fullmatch(name)}


def _plain(block: str) -> str:
    """What holds on every system goes without saying."""
    line, newline, hashes = block.partition("\n")
    marker = line.replace(_EVERYWHERE, "").replace(f"{_SUPPORTED} and ", "")
    return re.sub(r" +(?= \\$)", "", marker) + newline + hashes


def main() -> int:
    """Write the locks."""
    before: dict[str, str] = {}
    for name, extras in PARTS.items():
        packages = {package: block for package, block in _compiled(extras).items() if before.get(package) != block}
        if name == "build":
            packages = {_BUILD: packages[_BUILD]}
        before = packages | before
        head = f"# Written by `python -m tests.lock` from pyproject.toml and constraints.txt: {name}.\n"
        (LOCKS / f"{name}.txt").write_text(head + "".join(packages.values()), encoding="utf-8")
        print(f"{name}: {len(packages)} packages", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
