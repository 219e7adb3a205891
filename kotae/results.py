"""Results of `import kotae`: runs with their report, and a comparison of two; tables are pandas DataFrames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.report.answer_tables import answers_table, flips_table
from eval.report.count_tables import comparison_table, summary_table
from eval.report.files import ReportFiles, write_all
from eval.report.gate import Gate
from eval.report.gate_text import gate_sentence, outlook
from eval.report.headlines import headline, headline_figures, imported_headline
from eval.report.inline import inline_gate, inline_report
from eval.report.records import Report
from rag.errors import RunError
from rag.messages import Message
from rag.records import Language
from rag.tables.output import Medium, OutputTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """One run or several with their report; a notebook shows the verdict, the bars and what retrieval changed.

    `folders` are those of the runs; `report` has every figure as a record; `language` is that of the text shown.
    """

    report: Report
    folders: tuple[Path, ...]
    language: Language = "en"

    @property
    def folder(self) -> Path:
        """The folder of the run. Raises RunError for several."""
        if len(self.folders) > 1:
            raise RunError(
                Message("There are {folders} runs, not one", folders=len(self.folders)), do="Choose one of `folders`."
            )
        return self.folders[0]

    @property
    def summary(self) -> pd.DataFrame:
        """The counts and rates by type, language and condition."""
        return self._frame(summary_table(self.report).on(Medium.PAGE))

    @property
    def comparison(self) -> pd.DataFrame:
        """The comparisons by type and language: difference, interval, p, verdict."""
        return self._frame(comparison_table(self.report).on(Medium.PAGE)).dropna(axis="columns", how="all")

    @property
    def answers(self) -> pd.DataFrame:
        """Every answer with its verdict and the reason for it."""
        return self._frame(answers_table(self.report))

    @property
    def flips(self) -> pd.DataFrame:
        """The questions that retrieval fixed or broke, with both answers."""
        return self._frame(flips_table(self.report))

    def write(self, folder: str | Path | None = None) -> ReportFiles:
        """Write report.html, report.xlsx and three .csv, by default into the folder of the run."""
        return write_all(self.report, self.folder if folder is None else Path(folder), self.language)

    def _frame(self, table: OutputTable[Any]) -> pd.DataFrame:
        names = ("run", "baseline run") if len(self.report.names) == 1 else ()
        return table.without(*names).to_dataframe()

    def _repr_html_(self) -> str:
        return inline_report(self.report, self.folders, self.language)

    def __repr__(self) -> str:
        """Return the verdict of every run in words, and where the runs are."""
        lines = []
        for run in self.report.runs:
            lines += [headline(run, self.language), headline_figures(run, self.language)]
        lines += [imported_headline(imported, self.language) for imported in self.report.imported]
        return "\n".join([*filter(None, lines), *map(str, self.folders)])


@dataclass(frozen=True, slots=True, repr=False)
class ArmComparison:
    """A candidate judged against a baseline: `change` is "better", "no worse", "worse" or "undecided"."""

    gate: Gate
    language: Language = "en"

    @property
    def change(self) -> str:
        """The outcome in one word."""
        return self.gate.change

    @property
    def accepted(self) -> bool:
        """Whether the candidate is better, or no worse within the tolerance."""
        return self.gate.accepted

    @property
    def flips(self) -> pd.DataFrame:
        """The answers whose verdict differs, with both."""
        import pandas as pd

        rows = [
            ("fixed" if flip.fixed else "broken", flip.new.item.number, flip.new.language, flip.new.question,
             flip.new.reference, flip.base.answer, flip.new.answer)
            for flip in self.gate.flips
        ]  # fmt: skip
        titles = ["change", "NO", "language", "question", "Reference", "Answer before", "Answer now"]
        return pd.DataFrame(rows, columns=titles)

    def _repr_html_(self) -> str:
        return inline_gate(self.gate, self.language)

    def __repr__(self) -> str:
        """Return the outcome in words."""
        return "\n".join(filter(None, (gate_sentence(self.gate, self.language), outlook(self.gate, self.language))))
