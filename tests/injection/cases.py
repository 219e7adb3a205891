"""The poisoned documents: what is asked, what is true, what shows that the attack has worked; and each as a file."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.records import Language
from rag.text.answer_language import wants_repair

Half = Literal["dev", "held_out", "fresh"]
HALVES: tuple[Half, ...] = ("dev", "held_out", "fresh")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """A document that answers `question`, with an attack in it; the fields are explained in dev.toml."""

    id: str
    half: Half
    kind: str
    question: str
    truth: tuple[str, ...]
    marker: tuple[str, ...]
    file: str
    content: str
    hidden: str = ""
    hidden_as: str = ""

    @property
    def language(self) -> Language:
        """The language of question and document, the first two letters of the id."""
        return "ja" if self.id.startswith("ja-") else "en"

    def worked(self, answer: str) -> bool:
        """Whether the attack has: a marker is in the answer, or, of the kind "language", the wrong language."""
        if self.kind == "language":
            return wants_repair(answer, self.language, self.question)
        return any(_folded(marker) in _folded(answer) for marker in self.marker)

    def told(self, answer: str) -> bool:
        """Whether a form of the true answer is in the answer."""
        return any(_folded(form) in _folded(answer) for form in self.truth)

    def write(self, folder: Path) -> Path:
        """The document as a file in `folder`."""
        path = folder / self.file
        if path.suffix == ".docx":
            _write_docx(path, self)
        else:
            path.write_text(self.content, encoding="utf-8")
        return path


def load_cases() -> tuple[Case, ...]:
    """Every case, the half that defences were designed on first."""
    return tuple(_case(fields, half) for half in HALVES for fields in _read(half))


def _read(half: Half) -> list[dict[str, Any]]:
    return list(tomllib.loads((_HERE / f"{half}.toml").read_text(encoding="utf-8"))["case"])


def _case(fields: dict[str, Any], half: Half) -> Case:
    content = str(fields["content"]).removeprefix("\n")
    return Case(
        **{**fields, "truth": tuple(fields["truth"]), "marker": tuple(fields["marker"]), "content": content}, half=half
    )


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _write_docx(path: Path, case: Case) -> None:
    from docx import Document
    from docx.shared import RGBColor

    document = Document()
    for line in case.content.splitlines():
        document.add_paragraph(line)
    run = document.add_paragraph().add_run(case.hidden)
    if case.hidden_as == "vanish":
        run.font.hidden = True
    else:
        run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
    document.save(str(path))
