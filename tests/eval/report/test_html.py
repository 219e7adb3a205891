"""The HTML page: it says what the Report says, shows hostile text and runs none of it."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import ALL
from eval.report import charts
from eval.report.build import build_report
from eval.report.files import write_all
from eval.report.headlines import headline
from eval.report.html import html_page
from eval.report.names import display_name
from eval.report.records import Report
from eval.report.sentences import figures_text
from eval.statistics.paired import rate
from rag.messages import in_context
from tests.eval.page_runs import say
from tests.eval.page_tree import page_table, parse
from tests.eval.scripted import BOTH, ROWS, ScriptedChat, run_set, write_set


def test_the_counts_are_the_reports(two) -> None:
    page = parse(html_page(two))
    cells = [(run, cell) for run in two.runs for cell in run.cells]
    for (run, cell), row in zip(cells, page_table(page, "cells"), strict=True):
        place = [run.name, *(display_name(name) for name in (cell.kind, cell.language, cell.condition))]
        assert [row[title] for title in ("run", "type", "language", "condition")] == place
        counts = {
            "correct": cell.correct.correct, "total": cell.correct.total, "both": cell.both.correct,
            "language right": cell.language_correct.correct, "failed": cell.failed, "missing": cell.missing,
            "refused": cell.refused, "unparsed": cell.unparsed, "cut off": cell.cut_off,
            "asked again": cell.asked_again,
        }  # fmt: skip
        assert {title: int(row[title]) for title in counts} == counts
        panel = page.one("table", class_="bars", data_kind=cell.kind, data_language=cell.language)
        bars = panel.one("tbody", data_run=run.name).all("tr")
        (bar,) = (one for one in bars if one.one("th").text == display_name(cell.condition))
        assert bar.one("td", class_="n").text.startswith(f"{cell.correct.correct}/{cell.correct.total} ")
        width = bar.one("rect", class_=f"fill {cell.condition}").attributes["width"]
        assert float(width.rstrip("%")) == pytest.approx(100 * cell.correct.correct / cell.correct.total, abs=0.01)


def test_the_comparison_is_the_reports(two) -> None:
    page = parse(html_page(two))
    run = two.runs[0]
    for contrast, row in zip(run.contrasts, page_table(page, "contrasts"), strict=True):
        cell = contrast.effect.comparison
        assert row["run"] == run.name
        assert [row["type"], row["language"]] == [display_name(contrast.kind), display_name(contrast.language)]
        counts = [cell.baseline.correct, cell.treatment.correct, cell.n, cell.fixed, cell.broken]
        titles = ("baseline correct", "correct", "total", "fixed", "broken")
        assert [int(row[title]) for title in titles] == counts
        p_values = [float(row[title]) for title in ("p", "p (adjusted)")]
        assert p_values == pytest.approx([cell.p, contrast.effect.adjusted_p], abs=5e-5)
        assert row["effect"] == contrast.effect.direction
    assert run.headline is not None
    headlines = [one.text for one in page.all("p") if one.attributes.get("class") == "headline"]
    assert headlines[:2] == [headline(run, "en"), headline(run, "ja")]
    figures = [one.text for one in page.all("p") if one.attributes.get("class") == "figures"]
    assert figures == [figures_text(run.headline.effect, "en"), figures_text(run.headline.effect, "ja")]
    assert headlines[2] == "10 of 10 answers right without retrieval."


@pytest.mark.parametrize("language", ["en", "ja"])
def test_page_workbook_and_terminal_have_the_titles_and_words_of_the_readers_language(two, tmp_path, language) -> None:
    from tests.eval.read_back import read_sheet, terminal

    page = parse(html_page(two, language))
    sheet = read_sheet(write_all(two, tmp_path, language).xlsx, in_context("sheet", "summary", language))
    titles = {"en": ["type", "condition", "correct"], "ja": ["問題種別", "条件", "正解"]}[language]
    shown = terminal(two, language=language)
    (rows, sheet_rows) = page_table(page, "cells"), [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]
    for (_, cell), row, sheet_row in zip(
        [(run, cell) for run in two.runs for cell in run.cells], rows, sheet_rows, strict=True
    ):
        names = [display_name(name, language) for name in (cell.kind, cell.condition)]
        assert [row[title] for title in titles] == [*names, str(cell.correct.correct)]
        assert [sheet_row[title] for title in titles] == [*names, cell.correct.correct]
        assert all(name in shown for name in names)
    assert all(title in shown for title in titles)


def test_fixed_and_broken_stand_with_both_answers_and_passages(run) -> None:
    report = build_report([run])
    page = parse(html_page(report))
    for word, fixed in (("fixed", True), ("broken", False)):
        pairs = report.runs[0].changed(fixed=fixed)
        articles = page.all("article", data_change=word)
        assert [(one.attributes["data-number"], one.attributes["data-language"]) for one in articles] == [
            (without.item.number, without.language) for without, _ in pairs
        ]
        for (without, with_), article in zip(pairs, articles, strict=True):
            assert article.one("h4").text == without.question
            said = [one.text.strip() for one in article.all("p", class_="answer")]
            assert said == [f"No answer: {without.error}" if without.error else without.answer, with_.answer]
            assert article.one("details", class_="passages").one("blockquote", lang="ja").text == (
                "東京は日本の首都である。"
            )
            assert "ja/t.md, characters 0 to 12" in article.one("p", class_="source").text
    assert {without.error for without, _ in report.runs[0].changed(fixed=True)} > {""}, "one failed without retrieval"


def test_every_answer_has_its_row(two) -> None:
    rows = parse(html_page(two)).one("tbody", id="answer-rows").all("tr")
    answers = [(run, one) for run in two.runs for one in run.answers]
    assert len(rows) == len(answers) == 30
    for (run, one), row in zip(answers, rows, strict=True):
        data = [row.attributes[f"data-{name}"] for name in ("run", "type", "language", "condition")]
        assert data == [run.name, one.item.kind, one.language, str(one.condition)]
        marks = row.attributes["data-outcome"].split()
        assert marks[0] == str(one.verdict.content)
        assert ("not_correct" in marks) is not one.verdict.correct
        assert ("failed" in marks) is bool(one.error)
        assert row.one("td", class_="question text", lang=one.language).text == one.question
        said = row.one("div", class_="text").text.strip()
        assert said == (f"No answer: {one.error}" if one.error else one.answer or "(empty)")
    changed = [row.attributes["data-outcome"].split() for row in rows]
    assert sum("fixed" in marks for marks in changed) == 2 * len(two.runs[0].changed(fixed=True)) == 6
    assert sum("broken" in marks for marks in changed) == 2 * len(two.runs[0].changed(fixed=False)) == 2


def test_the_sweep_counts_the_historical_score_beside_the_ladder(run) -> None:
    report = build_report([run])
    page = parse(html_page(report))
    table = page.one("table", class_="sweep-table")
    assert [row.attributes["data-cut"] for row in table.all("tr")[1:]] == [f"{cut / 100:.2f}" for cut in range(70, 101)]
    for cut in (70, 83, 90, 100):
        shown = [int(cell.text) for cell in table.one("tr", data_cut=f"{cut / 100:.2f}").all("td")[1:]]
        wanted = []
        for condition in BOTH:
            passing = [
                one
                for one in report.runs[0].answers
                if one.condition is condition and one.cosine is not None and one.cosine >= cut / 100
            ]
            wanted += [len(passing), sum(one.verdict.correct for one in passing)]
        assert shown == wanted
    for condition in BOTH:
        (cell,) = (
            one for one in report.runs[0].cells if one.condition is condition and one.kind == one.language == ALL
        )
        legend = page.one("li", data_condition=str(condition))
        assert legend.one("b", class_="ladder-count").text == str(cell.correct.correct)
        for cut, above in zip((0.80, 0.85, 0.90, 0.95), cell.above, strict=True):
            column = 1 + 2 * list(Condition).index(condition)
            assert table.one("tr", data_cut=f"{cut:.2f}").all("td")[column].text == str(above)


def test_a_score_on_the_threshold_passes_and_a_missing_one_does_not() -> None:
    answers = [
        charts.Scored(0.9, correct=True),
        charts.Scored(0.8999, correct=False),
        charts.Scored(None, correct=True),
    ]
    found = charts.sweep("rag", answers)
    at = charts.CUTS.index(0.9)
    assert (found.passing[at - 1 : at + 2], found.agreed[at - 1 : at + 2]) == ((2, 1, 0), (1, 1, 0))
    assert (found.correct, found.scored, found.total) == (2, 2, 3)
    assert charts.CUTS[found.nearest] == 0.7  # two pass there, as the ladder has it, but one of them is another


@pytest.mark.parametrize("correct", [0, 1, 36, 100])
def test_a_bar_has_its_interval(correct) -> None:
    one = rate(correct, 100)
    svg = parse(str(charts.bar(one, "rag")))
    low, high = (float(svg.all("line", class_="interval")[0].attributes[x].rstrip("%")) for x in ("x1", "x2"))
    assert (low, high) == pytest.approx((100 * one.interval.low, 100 * one.interval.high), abs=0.005)
    assert low <= correct <= high


HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">&amp;'\"</td>{{ 7*7 }}東京"
)


def test_hostile_text_is_shown(tmp_path) -> None:
    rows = [[HOSTILE + cell if at in (1, 2, 3, 4) and row[5] == "open_qa" else cell for at, cell in enumerate(row)]
            for row in ROWS]  # fmt: skip
    folder = tmp_path / HOSTILE.replace("/", "∕")
    run_set(folder, write_set(tmp_path / "set.csv", rows), ScriptedChat(), model_identity=HOSTILE, encoder=HOSTILE)
    say(folder, HOSTILE)
    page = parse(html_page(build_report([folder])))
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert page.all("img") == []
    for node in page.all():
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
    passages = page.all("blockquote")
    assert passages
    assert {one.text for one in passages} == {HOSTILE}
    answers = page.one("tbody", id="answer-rows").all("div", class_="text")
    assert {one.text.strip() for one in answers} == {HOSTILE}
    left_out = page.one("tbody", id="answer-rows").all("p", class_="why left-out")
    assert {one.attributes["lang"] for one in left_out} == {"ja", "en"}
    assert all(HOSTILE in one.text for one in left_out)
    assert page.one("title").text == f"kotae: {folder.name}"
    assert page.one("table", id="settings-table").text.count(HOSTILE) == 2


def test_the_page_needs_and_allows_nothing_from_outside(run) -> None:
    page = parse(html_page(build_report([run])))
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(page.one(tag).text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    targets = [
        node.attributes[name]
        for node in page.all()
        for name in ("href", "src", "action", "srcset", "data")
        if name in node.attributes
    ]
    assert targets
    assert all(re.fullmatch(r"#[a-z-]+|data:,", target) for target in targets)
    anchors = {target[1:] for target in targets if target.startswith("#")}
    assert anchors <= {node.attributes.get("id") for node in page.all()}
    assert not re.search(r"url\(|@import|https?:", page.one("style").text + page.one("script").text)


def test_control_characters_and_lone_surrogates_can_be_written(run) -> None:
    say(run, "a\x00b\x1bc\ud800d\ufffee 😀")
    assert "😀" in html_page(build_report([run])).encode("utf-8").decode("utf-8")


def test_what_is_missing_is_said(run, verify, tmp_path) -> None:
    path = run / "answers.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:7]))
    (run / "cosines.json").unlink()
    page = html_page(build_report([run]))
    assert "13 of 20 answers are missing" in page
    assert "This run has no historical scores." in page
    sample, other = tmp_path / "sample", tmp_path / "other"
    run_set(sample, verify, ScriptedChat(), numbers=["1"], languages=["ja"])
    run_set(other, write_set(tmp_path / "b.csv", ROWS[:2]), ScriptedChat())
    page = html_page(build_report([sample, other]))
    assert "1 of the set&#39;s 5 questions" in page
    assert "cannot be compared" in page
    assert "cannot be compared" not in html_page(build_report([sample, sample]))
    html_page(Report(()))


def test_two_runs_have_their_settings_side_by_side(two) -> None:
    rows = {row["setting"]: row for row in page_table(parse(html_page(two)), "settings-table")}
    assert rows["model identity"] == {
        "setting": "model identity", "differs": "differs", "model-a": "scripted@1", "model-b": "b@2",
    }  # fmt: skip
    assert [rows["decoding"][name] for name in ("model-a", "model-b")] == ["temperature 0.0"] * 2
    assert [rows["conditions"][name] for name in ("model-a", "model-b")] == [
        "without retrieval, with retrieval",
        "without retrieval",
    ]
    assert rows["conditions"]["differs"] == "differs"
    assert rows["decoding"]["differs"] == ""
