"""Check a verification set before anything is asked: every question against itself, the others, and the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.dataset.items import Dataset
from eval.report.names import counted
from eval.runs.run import StoredRun
from eval.set_check.asked_before import find_uninformative
from eval.set_check.doubles import find_contradictions, find_doubles
from eval.set_check.evidence import check_evidence
from eval.set_check.findings import ADVICE, SetFault, SetFinding, fault_name, findings_table
from eval.set_check.questions import find_answers_in_questions, find_one_label, find_unlabelled
from rag.index.store import ChunkStore
from rag.records import Language
from rag.tables.output import OutputTable


@dataclass(frozen=True, slots=True)
class SetCheck:
    """What is wrong with a set; of `unchecked` questions it is open whether their evidence holds the answer."""

    questions: int
    findings: tuple[SetFinding, ...]
    unchecked: int

    @property
    def grave(self) -> bool:
        """Whether a finding makes figures wrong."""
        return any(finding.grave for finding in self.findings)

    def table(self, language: Language = "en") -> OutputTable[SetFinding]:
        """Return the findings as a table in the reader's language."""
        return findings_table(self.findings, language)

    def advice(self, language: Language) -> list[str]:
        """Return for each fault found how often it was, and what to do."""
        counts = Counter(finding.fault for finding in self.findings)
        separator = "：" if language == "ja" else ": "
        return [
            f"{fault_name(fault, language)} ({counts[fault]}){separator}{ADVICE[fault][language]}"
            for fault in SetFault
            if counts[fault]
        ]

    def closing(self, language: Language) -> str:
        """Say how many questions were checked, and what was found and what could not be checked."""
        grave = sum(finding.grave for finding in self.findings)
        others = len(self.findings) - grave
        if language == "ja":
            text = f"{self.questions:,} 問を調べました。数値を誤らせる問題 {grave:,} 件、確認が必要な点 {others:,} 件。"
            more = f"{self.unchecked:,} 問は、根拠文書に答えがあるか確かめられませんでした。"
        else:
            verbs = ("makes" if grave == 1 else "make", "is" if others == 1 else "are")
            text = (
                f"{counted(self.questions, 'question')} checked: {counted(grave, 'finding')} {verbs[0]} figures wrong, "
                f"{others:,} {verbs[1]} worth a look."
            )
            more = f" Of {self.unchecked:,} it could not be checked whether the evidence holds the answer."
        return text + (more if self.unchecked else "")


def check_set(dataset: Dataset, store: ChunkStore | None = None, runs: Sequence[StoredRun] = ()) -> SetCheck:
    """Check a set; `store` is the index that holds the evidence, `runs` are stored runs of the set.

    Raises RunError for a run of another set.
    """
    items = dataset.items
    evidence = check_evidence(items, store)
    findings: list[SetFinding] = [*find_contradictions(items), *find_unlabelled(items), *find_one_label(items)]
    for language in dataset.languages:
        findings += [*find_doubles(items, language), *find_answers_in_questions(items, language)]
    findings += [*evidence.findings, *find_uninformative(items, runs)]
    return SetCheck(len(items), tuple(findings), evidence.unchecked)
