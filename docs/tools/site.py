"""Hooks of mkdocs: the pages that live outside docs/, and links between both."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File
from nbconvert.exporters import MarkdownExporter

ROOT = Path(__file__).parents[2]

OUTSIDE = {
    "README.md": "index.md",
    "README.ja.md": "index.ja.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "eval/data/README.md": "data-card.md",
    "tests/injection/variants.md": "injection-variants.md",
    "tests/benchmarks/retrieval_variants.md": "retrieval-variants.md",
}
"""Paths in the site of pages outside docs/."""

_LINK = re.compile(r"(!?\[[^\]]*\]\()(?!https?:|#|mailto:)([^)#\s]+)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that live outside docs/, and the notebooks as pages."""
    for path, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text(encoding="utf-8")))
    for path in sorted((ROOT / "docs/notebooks").glob("*.ipynb")):
        markdown, _ = MarkdownExporter().from_filename(str(path))
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=markdown))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links that hold in the repository into links that hold in the site."""
    where = page.file.src_uri
    real = next((path for path, inside in OUTSIDE.items() if inside == where), f"docs/{where}")
    return _LINK.sub(lambda link: link[1] + _in_site(link[2], PurePosixPath(real).parent, where), markdown)


def _in_site(target: str, folder: PurePosixPath, page: str) -> str:
    """Return the link of a page to `target`, which is relative to `folder` of the repository.

    A target that is not a page of the site is kept, and mkdocs reports it.
    """
    path = os.path.normpath(folder / target)
    inside = OUTSIDE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
    if inside is None:
        return target
    return os.path.relpath(re.sub(r"\.ipynb$", ".md", inside), PurePosixPath(page).parent)


def on_config(config: Any) -> Any:
    """Add the decisions to the navigation, which has no patterns."""
    pages = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    config["nav"].append({"Decisions": ["decisions/README.md", *(f"decisions/{name}" for name in pages)]})
    return config
