"""The outputs say what the Report says, whatever was answered: terminal, page, workbook and CSV are read back."""

from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.dataset.conditions import Condition
from eval.dataset.load import ALL
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.headlines import comparison_text, contrast_text, headline
from eval.report.html import html_page
from eval.report.names import display_name
from eval.report.records import Report
from rag.records import LANGUAGES
from tests.eval.made_runs import FAILED, MISSING, make_run
from tests.eval.page_tree import page_table, parse
from tests.eval.read_back import as_shown, read_csv, read_sheet, table, terminal
from tests.eval.scripted import BOTH, ROWS, write_set

PLACES = [(row[0], language, condition) for row in ROWS for language in LANGUAGES for condition in BOTH]
RIGHT = {(row[0], "ja"): row[2] for row in ROWS} | {(row[0], "en"): row[4] for row in ROWS}
KIND = {row[0]: row[5] for row in ROWS}
ODD = [
    "",
    "違います",
    "no idea",
    FAILED,
    MISSING,
    "<script>document.title='owned'</script>",
    "=cmd|'/C calc'!A0",
    "＝1+1",
]
said = st.fixed_dictionaries({place: st.sampled_from([RIGHT[place[:2]]] * 6 + ODD) for place in PLACES})


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("outputs")


def made(folder: Path, *several: dict) -> Report:
    """A report on runs that said this, of one set."""
    place = Path(tempfile.mkdtemp(dir=folder))
    verify = write_set(place / "set.csv")
    names = ("model-a", "model-b")
    return build_report([make_run(place / name, verify, one, model=name) for name, one in zip(names, several)])  # noqa: B905


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said, said)
def test_all_outputs_agree_with_the_report(folder, first, second) -> None:
    report = made(folder, first, second)
    written = write_all(report, folder / "out")
    shown, page = terminal(report), parse(html_page(report))
    for name, path in (("summary", written.summary), ("comparison", written.comparison), ("answers", written.answers)):
        in_sheet = [[as_shown(one) for one in row] for row in read_sheet(written.xlsx, name)]
        header, *rows = read_csv(path)
        named = {"type", "language", "condition", "baseline condition", "effect", "verdict", "outcome"}
        words = [
            [display_name(one) if title in named else unquoted(one) for title, one in zip(header, row, strict=True)]
            for row in rows
        ]
        in_csv = [[as_shown(one) for one in row] for row in (header, *words)]
        assert in_csv == in_sheet
    summary = table(read_csv(written.summary))
    cells = [(run, cell) for run in report.runs for cell in run.cells]
    totals = [(run.name, cell) for run, cell in cells if (cell.kind, cell.language) == run.whole]
    lines = re.findall(r"^ (model-\S+) +(with(?:out)? retrieval) +(\d+) +(\d+) ", shown, re.M)  # runs side by side
    assert lines == [
        (name, display_name(cell.condition), str(cell.correct.correct), str(cell.correct.total))
        for name, cell in totals
    ]
    assert len(summary) == len(cells)
    for (run, cell), row in zip(cells, summary, strict=True):
        count = (cell.correct.correct, cell.correct.total)
        assert (row["run"], row["type"], row["language"], row["condition"]) == (
            run.name, cell.kind, cell.language, str(cell.condition),
        )  # fmt: skip
        assert (row["correct"], row["total"], row["failed"], row["missing"]) == (*count, cell.failed, cell.missing)
    for row, (_, cell) in zip(page_table(page, "cells"), cells, strict=True):
        names = [display_name(name) for name in (cell.kind, cell.language, cell.condition)]
        assert [row["type"], row["language"], row["condition"]] == names
        counts = (cell.correct.correct, cell.correct.total, cell.failed, cell.missing)
        assert (row["correct"], row["total"], row["failed"], row["missing"]) == tuple(map(str, counts))
    check_comparison(report, table(read_csv(written.comparison)), shown, page.text)
    check_changes(report, written.xlsx, shown)


def check_comparison(report: Report, rows: list[dict], shown: str, page: str) -> None:
    contrasts = [(run.name, run.name, one, contrast_text) for run in report.runs for one in run.contrasts]
    versus = [(one.new, one.old, one, comparison_text) for one in report.run_comparisons]
    for (new, old, one, text), row in zip([*contrasts, *versus], rows, strict=True):
        effect = one.effect.comparison
        assert (row["run"], row["baseline run"], row["type"], row["language"]) == (new, old, one.kind, one.language)
        assert (row["baseline correct"], row["correct"], row["total"], row["fixed"], row["broken"]) == (
            effect.baseline.correct, effect.treatment.correct, effect.n, effect.fixed, effect.broken,
        )  # fmt: skip
        words = {"helps": "better", "hurts": "worse"} if text is comparison_text else {}
        assert row["effect"] == words.get(one.effect.direction, one.effect.direction)
        assert (row["in words"], row["日本語"]) == (text(one, "en"), text(one, "ja"))
    sentences = [headline(run, language) for run in report.runs for language in ("en", "ja")]
    sentences += [comparison_text(one, language) for one in report.overall_comparisons for language in ("en", "ja")]
    assert len(report.overall_comparisons) == len(BOTH)
    for sentence in sentences:
        assert sentence in page
        assert sentence in re.sub(r" *\n", " ", shown)


def check_changes(report: Report, xlsx: Path, shown: str) -> None:
    for name, fixed in (("fixed", True), ("broken", False)):
        places = [(run.name, with_) for run in report.runs for _, with_ in run.changed(fixed=fixed)]
        listed = [(row["run"], row["NO"], row["language"]) for row in table(read_sheet(xlsx, name))]
        assert listed == [(run, float(one.item.number), display_name(one.language)) for run, one in places]
        in_terminal = re.findall(rf"^{name.capitalize()} by retrieval \((\d+)\):", shown, re.M)
        counts = [len(run.changed(fixed=fixed)) for run in report.runs]
        assert [int(count) for count in in_terminal] == [count for count in counts if count]


def unquoted(cell: str) -> str:
    """A CSV cell without the apostrophe that keeps it from being a formula."""
    return cell[1:] if re.match(r"'\s*[=＝]", cell) else cell


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said)
def test_denominators_are_the_questions_whatever_became_of_them(folder, one) -> None:
    (run,) = made(folder, one).runs
    for cell in run.cells:
        here = [place for place in PLACES if place[2] is cell.condition]
        here = [place for place in here if cell.language in (ALL, place[1])]
        wanted = [place for place in here if cell.kind in (ALL, KIND[place[0]])]
        assert cell.correct.total == cell.both.total == cell.language_correct.total == len(wanted)
        assert cell.missing == sum(one[place] == MISSING for place in wanted)
        assert cell.failed == sum(one[place] == FAILED for place in wanted)
        assert cell.correct.correct == sum(one[place] == RIGHT[place[:2]] for place in wanted)


EVERYTHING_RIGHT = {place: RIGHT[place[:2]] for place in PLACES}


def test_an_unfinished_run_has_no_verdict_in_any_output(folder) -> None:
    report = made(folder, {place: text for place, text in EVERYTHING_RIGHT.items() if place[2] is Condition.NO_RAG})
    (run,) = report.runs
    assert run.headline is not None
    assert run.headline.missing == run.missing == 10
    english = "No verdict yet (10 of 20 answers are missing and count as wrong): "
    japanese = "まだ判定できません（20 回答中 10 件が未回答で、不正解に数えています）："
    written = write_all(report, folder / "unfinished")
    page = parse(html_page(report))
    rows = table(read_csv(written.comparison))
    in_csv = f"{rows[-1]['in words']} {rows[-1]['日本語']}"
    for text in (terminal(report), page.text, in_csv):
        assert english in text
        assert japanese in text
        assert "10 → 0 of 10 answers to 5 questions" in text
        assert "5 問の 10 回答中 10 → 0 正解" in text
        assert not re.search(r"[Rr]etrieval (helps|hurts)|文書検索は(有効|逆効果)", text)
    assert {row["effect"] for row in rows} == {"unfinished"}
    assert {row["failed"] for row in table(read_csv(written.summary))} == {0}
    assert {row["verdict"] for row in table(read_csv(written.answers))} == {"correct", "missing"}
    effects = [contrast.effect for contrast in run.contrasts]
    assert {effect.direction for effect in effects} == {"unfinished"}


def test_one_missing_answer_leaves_no_cell_with_a_verdict(folder) -> None:
    """A cell that has all its answers has no verdict either, in no output and against no other run."""
    last = PLACES[-1]
    some = {place: text if place[2] is Condition.RAG else "no idea" for place, text in EVERYTHING_RIGHT.items()}
    report = made(folder, {**some, last: MISSING}, EVERYTHING_RIGHT)
    unfinished, finished = report.runs
    assert not unfinished.finished
    assert finished.finished
    assert {contrast.effect.direction for contrast in unfinished.contrasts} == {"unfinished"}
    assert {comparison.effect.direction for comparison in report.run_comparisons} == {"unfinished"}
    written = write_all(report, folder / "one-missing")
    for row in table(read_csv(written.comparison)):
        assert (row["effect"] == "unfinished") is (row["run"] == "model-a" or row["baseline run"] == "model-a")
        assert row["run"] == row["baseline run"] == "model-b" or "No verdict yet" in str(row["in words"])
    page = parse(html_page(report))
    marks = [row["effect"] for name in ("contrasts", "versus-table") for row in page_table(page, name)]
    assert set(marks) == {"unfinished", "undecided"}


def test_many_changes_in_balance_and_an_unmeasurable_run_say_so(folder) -> None:
    half = {
        place: text if (place[1] == "ja") is (place[2] is Condition.RAG) else "no idea"
        for place, text in EVERYTHING_RIGHT.items()
    }
    for said_, english, japanese in (
        (half, "10 verdicts changed, as many for the better as for the worse.", "改善と悪化が同数でした。"),
        (EVERYTHING_RIGHT, "Nothing could be measured: of 10 answers to 5 questions", "効果を測れませんでした："),
        (dict.fromkeys(PLACES, "no idea"), "Every answer is wrong. Usually", "すべて不正解です。多くの場合"),
    ):
        report = made(folder, said_)
        for text in (terminal(report), parse(html_page(report)).text):
            assert english in text
            assert japanese in text
            assert "No effect was seen" not in text


def test_one_question_is_in_the_singular_and_promises_nothing(folder) -> None:
    verify = write_set(folder / "one.csv", [ROWS[0]])
    said_ = {place: text for place, text in EVERYTHING_RIGHT.items() if place[0] == ROWS[0][0]}
    said_[ROWS[0][0], "ja", Condition.NO_RAG] = "no idea"
    report = build_report([make_run(folder / "one", verify, said_)])
    for text in (terminal(report), parse(html_page(report)).text):
        assert not re.search(r"\b1 (questions|answers|passages)|would (decide|take)", text)
        assert "answers to 1 question " in text


def test_the_answers_worth_a_look_come_from_the_rules_that_err_most(folder) -> None:
    said_ = {**EVERYTHING_RIGHT, PLACES[4]: "", PLACES[5]: FAILED}
    report = made(folder, said_)
    written = write_all(report, folder / "look")
    rows = table(read_sheet(written.xlsx, "worth a look"))
    for condition in ("without retrieval", "with retrieval"):
        mine = [row for row in rows if row["condition"] == condition]
        assert 0 < len(mine) <= 20
        assert [row["rule"] for row in mine[:2]] == ["label"] * 2
        assert {row["rule"] for row in mine[4:]} <= {"equal", "contained", "none"}
    assert rows[0]["rule was wrong on"] == "3 of 95"
    assert all(row["Answer"] for row in rows)
    page = parse(html_page(report))
    assert len(page.one("table", id="worth-a-look-table").all("tr")) == 1 + len(rows)
    for text in (terminal(report), page.text):
        assert "Verdicts come from rules, not from people." in text


DANGEROUS = ["=cmd|' /C calc'!A0", "=1+1", "+1+cmd", "-x", "@SUM(A1)", "\t=1+1", " =1+1", "\n=1", "＝1+1", "＋1+x",
             "－x", "＠SUM(A1)"]  # fmt: skip
HARMLESS = ["-5", "+1", "3.5", "－５", "東京", "a=b", "x-y"]


def test_no_text_becomes_a_formula(folder) -> None:
    texts = dict(zip(PLACES, itertools.cycle([*DANGEROUS, *HARMLESS]), strict=False))
    report = made(folder, texts)
    written = write_all(report, folder / "formulas")
    import openpyxl

    book = openpyxl.load_workbook(written.xlsx)
    assert all(one.data_type != "f" for sheet in book for row in sheet.iter_rows() for one in row)
    by_place = {(str(one[0].value), one[8].value, one[9].value): one[4] for one in list(book["answers"].rows)[1:]}
    in_csv = {(row[0], row[8], row[9]): row[4] for row in read_csv(written.answers)[1:]}
    for (number, language, condition), text in texts.items():
        cell = by_place[number, display_name(language), display_name(condition)]
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.quotePrefix is (text in DANGEROUS)
        wanted = text if text in HARMLESS else f"'{text}"
        assert in_csv[number, language, str(condition)] == wanted


def test_control_characters_and_long_texts(folder) -> None:
    odd = "a\x00b\x1bc\ufffee\u202ef 😀"
    report = made(folder, {PLACES[0]: odd, PLACES[1]: f"{odd}{'長' * 40_000}"})
    written = write_all(report, folder / "odd")
    first, second, *_ = read_sheet(written.xlsx, "answers")[1:]
    assert first[4] == "a\ufffdb\ufffdc\ufffde\u202ef 😀"
    assert len(str(second[4])) == 32_767  # all that a cell holds
    assert "😀長長" in read_csv(written.answers)[2][4]
    assert terminal(report)
