"""The line for a manager: what was compared, the verdict, how sure."""

from __future__ import annotations

import re

import pytest

from eval.dataset.conditions import Condition
from eval.report.build import build_report
from eval.report.headlines import headline, headline_figures
from eval.report.records import RunReport
from tests.eval.made_runs import make_run
from tests.eval.scripted import write_set

ROWS = [
    (str(number), f"質問{number}？", f"答え{number}番", f"Question {number}?", f"reply {number}x", "open_qa",
     "", "", "", "", "")
    for number in range(1, 41)
]  # fmt: skip


@pytest.fixture
def run(tmp_path):
    def made(fixed: int, broken: int, both: int = 5) -> RunReport:
        verify = write_set(tmp_path / "set.csv", ROWS)
        right = {
            Condition.NO_RAG: set(range(both + broken)),
            Condition.RAG: {*range(both), *range(both + broken, both + broken + fixed)},
        }
        said = {
            (row[0], "ja", condition): row[2] if at in numbers else "no idea"
            for at, row in enumerate(ROWS)
            for condition, numbers in right.items()
        }
        return build_report([make_run(tmp_path / "run", verify, said, languages=("ja",))]).runs[0]

    return made


def test_it_names_what_was_compared_the_verdict_and_how_sure(run) -> None:
    report = run(fixed=12, broken=2)
    assert headline(report, "en") == (
        "Retrieval helps: of 40 questions, scripted@1 got 7 right without retrieval and 17 with retrieval. If there "
        "were no effect, chance would make a difference this large about once in 77 comparisons."
    )
    assert headline(report, "ja") == (
        "文書検索は有効です：40 問のうち、scripted@1 の正解は検索なしで 7、検索ありで 17 でした。"
        "効果がないとしても、これほどの差は偶然に約 77 回に 1 回の割合で生じます。"
    )
    assert "p = 0.0129, exact McNemar; 12 fixed, 2 broken" in str(headline_figures(report, "en"))


def test_an_undecided_one_says_what_may_still_be_true(run) -> None:
    report = run(fixed=5, broken=2)
    assert report.headline is not None
    interval = report.headline.effect.comparison.difference.interval
    assert interval.low <= 0 <= interval.high
    assert re.search(
        r"The true difference may be anything from -\d+\.\d to \+\d+\.\d points\.$", headline(report, "en")
    )
    assert "ポイントのどこでもありえます。" in headline(report, "ja")


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (7, 7), (1, 0), (0, 9)])
def test_it_has_no_jargon(run, fixed: int, broken: int) -> None:
    for language in ("en", "ja"):
        assert not re.search(r"no_rag|McNemar|マクネマー|Holm|p [=<]|CI", headline(run(fixed, broken), language))
