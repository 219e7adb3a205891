"""The locks that `make` installs from agree with pyproject.toml and constraints.txt, and leave out torch alone."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.audit import pins
from tests.lock import LOCKS, PARTS, blocks, pin
from tests.samples import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked(name: str) -> dict[str, str]:
    return blocks((LOCKS / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", PARTS)
def test_every_package_has_the_pinned_version_and_hashes(part: str) -> None:
    pinned = pins()
    for name, block in locked(part).items():
        if name in pinned:
            assert str(pin(block).specifier) == f"=={pinned[name]}"
        else:  # constraints.txt has what Linux needs
            assert pin(block).marker is not None, name
        assert re.search(r"^ +--hash=sha256:[0-9a-f]{64}( \\\\)?$", block, re.MULTILINE), name
    assert "torch" not in locked(part)


@pytest.mark.parametrize(("part", "extras"), [("kotae", []), ("dev", ["dev"]), ("gptq", ["gptq"])])
def test_every_requirement_is_locked(part: str, extras: list[str]) -> None:
    available = locked("build") | locked("kotae") | locked(part)
    wanted = [Requirement(text) for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    wanted += [Requirement(text) for text in PROJECT["dependencies"]]
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        if name == "torch":
            continue
        (version,) = pin(available[name]).specifier
        assert requirement.specifier.contains(version.version), name
