"""Detect a module that hides one of kotae's packages: a `rag.py` next to a notebook, or another project's `rag`."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.messages import Message

PACKAGES = ("rag", "ingest", "eval")
_HOME = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
"""The folder that holds kotae; its other packages are installed next to it."""


_RENAME = "Rename {name}, or start Python in another folder; then restart Python."
_UNINSTALL = "Uninstall the package that it belongs to, then install kotae again."


class PackageShadowed(ImportError):
    """Another module has the name of one of kotae's packages: `what` is wrong, `where`, and what to `do`."""

    def __init__(self, package: str, where: str) -> None:
        self.what = f"Another module hides kotae's package '{package}'"
        self.where = where
        installed = f"site-packages{os.sep}" in where
        self.do = (_UNINSTALL if installed else _RENAME).format(name=os.path.basename(where))
        super().__init__(f"{self.what} ({where}). {self.do}", name=package, path=where)


def require_own_packages() -> None:
    """Raise PackageShadowed when Python would import, or has imported, another module for one of our packages.

    Uncaught, it ends a program with its message alone: the traceback would name kotae's files only.
    """
    for package in PACKAGES:
        if (where := shadowing_path(package)) is not None:
            sys.excepthook = functools.partial(_print_message, sys.excepthook)
            raise PackageShadowed(package, where)


def shadowing_path(package: str, folder: str | None = None) -> str | None:
    """Return the file or folder that Python takes for `package` when it is not ours, else None.

    With `folder`: what a Python that is started there would take, as a notebook or `python -c` is.
    """
    if folder is None and (module := sys.modules.get(package)) is not None:
        paths: list[str | None] = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    else:
        spec = _find_spec(package, folder)
        paths = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    path = next((path for path in paths if path is not None), None)
    own = os.path.join(_HOME, package)
    if path is None or os.path.realpath(path) == own or os.path.dirname(os.path.realpath(path)) == own:
        return None
    return path


def _find_spec(package: str, folder: str | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        search = [folder, *sys.path] if folder is not None and finder is PathFinder else None
        if (spec := finder.find_spec(package, search)) is not None:
            return spec
    return None


def _print_message(
    hook: Callable[[type[BaseException], BaseException, TracebackType | None], object],
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    if isinstance(error, PackageShadowed):
        sys.stderr.write(f"kotae: {error}\n")
    else:
        hook(kind, error, trace)


def describe_imports(folder: str) -> tuple[Message, ...]:
    """Say what hides kotae's packages from a Python that is started in `folder`, and which installed packages could."""
    from importlib.metadata import packages_distributions

    from rag.messages import Message  # not before `require_own_packages` has looked for another `rag`

    owners = packages_distributions()
    hidden = [
        Message(
            "{package}: hidden by {where} in notebooks and scripts of this folder. {do}",
            package=package,
            where=where,
            do=Message(_RENAME, name=os.path.basename(where)),
        )
        for package in PACKAGES
        if (where := shadowing_path(package, folder)) is not None
    ]
    foreign = [
        Message(
            "{package}: the installed package '{owner}' has a module of this name too. Uninstall it: pip uninstall "
            "{owner}; then install kotae again.",
            package=package,
            owner=owner,
        )
        for package in PACKAGES
        for owner in sorted({*owners.get(package, ())} - {"kotae"})
    ]
    return (*hidden, *foreign) or (Message("{packages}: kotae's own", packages=", ".join(PACKAGES)),)
