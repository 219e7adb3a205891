"""The functions of `import kotae` for evaluations: run, read, compare and grade, from a notebook or a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from kotae.parts import in_python_words, model_settings, searched, wording
from rag.factory import IndexSettings, ModelSettings
from rag.messages import Message
from rag.records import Language
from rag.settings import DEFAULT_INDEX, DEFAULT_MODEL

if TYPE_CHECKING:
    import pandas as pd
    from langchain_core.language_models import BaseChatModel, BaseLLM
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.vectorstores import VectorStore

    from eval.dataset.load import Dataset
    from eval.grading.ladder import Reference, Verdict
    from eval.runs.arms import Arm
    from eval.runs.evaluate import QuestionSelection
    from kotae.results import ArmComparison, Evaluation
    from rag.generation.prompt import Prompt


def evaluate(
    verify: str | Path | pd.DataFrame,
    out: str | Path | None = None,
    *,
    model: str | ModelSettings | BaseChatModel | BaseLLM = DEFAULT_MODEL,
    index: str | Path | IndexSettings = DEFAULT_INDEX,
    retriever: BaseRetriever | VectorStore | None = None,
    prompt: str | Path | Prompt | None = None,
    conditions: Sequence[str] = ("no_rag", "rag"),
    languages: Sequence[Language] | None = None,
    columns: str = "",
    limit: int | None = None,
    sample: int | None = None,
    repeats: int = 1,
    until_decided: bool = False,
    language: Language | None = None,
) -> Evaluation:
    """Answer a verification set, a DataFrame or a file, under each condition, and compare the conditions.

    It needs a question and a reference in each row; `columns` says which column is which where the names do not:
    "question=NAME,reference=NAME". `prompt` is a prompt's name, or a file of your own. `languages` are those to ask in,
    by default those of the set; `limit` takes the first questions, `sample` a fixed sample of this size;
    `until_decided` asks in random order until no_rag against rag is decided, or is unlikely to be.

    The run is in the folder `out`, by default one in .kotae/runs that is announced; the same call continues an
    interrupted run, and answers nothing twice. `language` is that of the result's text, by default Japanese if all
    questions are. Raises DatasetError, SettingsError, IndexProblem, ModelUnavailable and RunError.
    """
    from eval.runs import evaluate as runs
    from rag.progress import count_bar, notice

    selection = _selection(conditions, languages, limit, sample, repeats, until_decided)
    dataset = _dataset(verify, columns)
    words = wording(prompt, model)
    asked = model_settings(model, words) if isinstance(model, str | ModelSettings) else model
    folder = None if out is None else Path(out)
    try:
        with in_python_words(), count_bar("Answering") as progress:
            folder = runs.evaluate_set(dataset, folder, selection, asked, searched(index, retriever), progress=progress)
    except KeyboardInterrupt:
        notice("Interrupted. The answers so far are kept; the same call continues.")
        raise
    return load_run(folder, language=language)


def evaluate_arms(
    verify: str | Path | pd.DataFrame,
    out: str | Path,
    arms: Sequence[Arm],
    *,
    baseline: str | None = None,
    conditions: Sequence[str] = ("rag",),
    languages: Sequence[Language] | None = None,
    columns: str = "",
    limit: int | None = None,
    sample: int | None = None,
    repeats: int = 1,
    language: Language | None = None,
) -> Evaluation:
    """Answer a verification set in several ways, each arm into a run of its own in the folder `out`, and compare them.

    Each is compared with the arm called `baseline`, by default the first. `conditions` are those of arms that name
    none; all else is as in `evaluate`. An arm that fails raises its error after the others were run; the same call
    continues. Raises as `evaluate` does.
    """
    from eval.runs import arms as experiment

    selection = _selection(conditions, languages, limit, sample, repeats)
    runs = experiment.evaluate_arms(_dataset(verify, columns), Path(out), selection, arms, baseline=baseline)
    for run in runs:
        if run.error is not None:
            raise run.error
    return load_run(out, language=language)


def _selection(
    conditions: Sequence[str],
    languages: Sequence[Language] | None,
    limit: int | None,
    sample: int | None,
    repeats: int,
    until_decided: bool = False,
) -> QuestionSelection:
    from eval.runs.evaluate import QuestionSelection, parse_conditions

    asked = None if languages is None else tuple(languages)
    return QuestionSelection(asked, parse_conditions(",".join(conditions)), limit, sample, repeats, until_decided)


def load_run(
    *runs: str | Path,
    calibration: str | Path | None = None,
    encoder: str | None = None,
    language: Language | None = None,
) -> Evaluation:
    """Read a run, grade its answers and compare its conditions; several runs are compared with one another too.

    Runs are given by their folders or by a folder that holds several. `calibration` is a file of `kotae eval
    calibrate`, `encoder` the encoder it was made with. `language` is that of the result's text, by default Japanese if
    all questions are. Raises RunError and GradingError.
    """
    from eval.report import build
    from eval.runs.run_folders import find_baseline, find_runs
    from kotae.results import Evaluation

    given = tuple(map(Path, runs))
    folders, table = find_runs(given), None if calibration is None else Path(calibration)
    report = build.build_report(folders, table, encoder, baseline=find_baseline(given))
    if language is None:
        language = "ja" if {language for run in report.runs for language in run.languages} == {"ja"} else "en"
    return Evaluation(report, folders, language)


def compare(
    base: str | Path | Evaluation,
    new: str | Path | Evaluation,
    *,
    max_drop: float = 0.0,
    min_gain: float = 0.0,
    language: Language | None = None,
) -> ArmComparison:
    """Judge a run against another on the questions that both were asked: better, no worse, worse, or undecided.

    Runs are folders, followed by a condition if another than `rag` is meant: "runs/first:no_rag". `max_drop` is the
    drop that still counts as no worse, `min_gain` the gain that counts as better, in percentage points. `language` is
    by default that of `base`, or English. Raises RunError and SettingsError.
    """
    from eval.report.gate import RunArm, build_gate
    from kotae.results import ArmComparison, Evaluation

    before, after = (RunArm(r.folder) if isinstance(r, Evaluation) else RunArm.parse(str(r)) for r in (base, new))
    gate = build_gate(before, after, max_drop / 100, min_gain / 100)
    return ArmComparison(gate, language or (base.language if isinstance(base, Evaluation) else "en"))


@overload
def grade(answers: str | Path | pd.DataFrame, /, *, columns: str = "") -> pd.DataFrame: ...


@overload
def grade(
    question: str,
    answer: str,
    /,
    *references: str | Reference,
    kind: str = "open_qa",
    language: Language | None = None,
    answerable: bool | None = None,
) -> Verdict: ...


def grade(
    question: Any,
    answer: str | None = None,
    /,
    *references: str | Reference,
    kind: str = "open_qa",
    language: Language | None = None,
    answerable: bool | None = None,
    columns: str = "",
) -> pd.DataFrame | Verdict:
    """Grade a table of answers, a DataFrame or a file; or one answer against its references, in either language.

    A table has a question, its reference and an answer in each row, in columns with any of their usual names; else
    `columns` says which is which: "question=NAME,reference=NAME,answer=NAME". It is returned with the columns `verdict`
    (correct, wrong, unparsed, refused, empty), `language right`, `rule` and `reason`. Raises DatasetError.

    Of one answer, `kind` is "open_qa" or "classification"; `language` is the one to answer in, by default that of the
    question. Of a question that is not `answerable` an answer is right that declines; by default the references say
    whether it is.

    >>> grade("日本の首都は？", "答えは東京です。", "東京", "Tokyo").correct
    True
    """
    if answer is None:
        with in_python_words():
            return _graded(question, columns)
    from eval.dataset.unanswerable import says_unanswerable
    from eval.grading import ladder
    from rag.text.language import detect

    accepted = [ladder.Reference(text, detect(text)) if isinstance(text, str) else text for text in references]
    if answerable is None:
        answerable = not accepted or not all(says_unanswerable(reference.text) for reference in accepted)
    return ladder.grade(question, answer, accepted, kind, language or detect(question), answerable=answerable)


def _graded(answers: str | Path | pd.DataFrame, columns: str) -> pd.DataFrame:
    import pandas as pd

    from eval.dataset.load import FRAME, frame_lines
    from eval.runs.answer_table import read_answers
    from rag.tables.files import read_bytes

    if isinstance(answers, str | Path):
        path = Path(answers)
        table = read_answers(path, read_bytes(path, Message("table of answers")), columns)
        frame = pd.DataFrame([row.row.values for row in table.rows], columns=list(filter(None, table.header)))
    else:
        table, frame = read_answers(FRAME, frame_lines(answers), columns), answers.copy()
    verdicts = [row.verdict for row in table.rows]
    frame["verdict"] = [None if verdict is None else str(verdict.content) for verdict in verdicts]
    frame["language right"] = [None if verdict is None else verdict.language_correct for verdict in verdicts]
    frame["rule"] = [None if verdict is None else str(verdict.rule) for verdict in verdicts]
    frame["reason"] = ["no question to ask" if verdict is None else verdict.reason for verdict in verdicts]
    return frame


def _dataset(verify: str | Path | pd.DataFrame, columns: str) -> Dataset:
    """Read a verification set; what a reader should know of it is announced."""
    from eval.dataset.load import load_dataset, load_frame
    from eval.dataset.summary import notable, summary
    from rag.progress import notice

    with in_python_words():
        dataset = load_dataset(Path(verify), columns) if isinstance(verify, str | Path) else load_frame(verify, columns)
    if notable(dataset):
        notice(summary(dataset))
    return dataset
