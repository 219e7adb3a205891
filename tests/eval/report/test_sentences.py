"""Numbers and verdicts as text: each Japanese sentence beside its English one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.report import sentences as words
from eval.statistics.paired import Comparison, PairedOutcome, compare
from eval.statistics.unpaired_counts import Counts, UnpairedBounds, pooled
from eval.statistics.verdicts import verdict

pair_lists = st.lists(st.builds(PairedOutcome, st.integers(0, 12), st.booleans(), st.booleans()), max_size=40)


def cell(fixed: int, broken: int, languages: int = 1) -> list[PairedOutcome]:
    """100 questions, 36 right without retrieval, each repeated in every language."""
    flags = [(False, True)] * fixed + [(True, False)] * broken + [(True, True)] * (36 - broken)
    flags += [(False, False)] * (100 - len(flags))
    return [PairedOutcome(number, *flag) for number, flag in enumerate(flags) for _ in range(languages)]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.09, "+9.0"), (-0.05, "-5.0"), (0.0, "0.0"), (-0.0, "0.0"), (0.0004, "0.0"), (-0.0004, "0.0"), (1.0, "+100.0")],
)
def test_points(value: float, text: str) -> None:
    assert words.points(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.36, "36.0"), (0.0, "0.0"), (1.0, "100.0"), (2 / 3, "66.7"), (None, "-")]
)
def test_percent(value: float | None, text: str) -> None:
    assert words.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "p < 0.0001"),
        (0.00009, "p < 0.0001"),
        (0.0001, "p = 0.0001"),
        (2 / 2**9, "p = 0.0039"),
        (0.04996, "p = 0.0500"),
        (0.0499, "p = 0.0499"),
        (0.125, "p = 0.125"),
        (1.0, "p = 1.000"),
    ],
)
def test_p_text(value: float, text: str) -> None:
    assert words.p_text(value) == text


HELPS = compare(cell(9, 0))
UNDECIDED = compare(cell(14, 5))
BILINGUAL = compare(cell(0, 12, languages=2))


@pytest.mark.parametrize(
    ("found", "english", "japanese"),
    [
        (
            HELPS,
            "Retrieval helps: 36 → 45 of 100 (+9.0 points, 95 % interval +3.6 to +16.4, p = 0.0039, exact McNemar; "
            "9 fixed, 0 broken).",
            "文書検索は有効です：100 問中 36 → 45 正解（+9.0 ポイント、95%信頼区間 +3.6 から +16.4、p = 0.0039、"
            "マクネマーの正確検定。改善 9、悪化 0）。",
        ),
        (
            UNDECIDED,
            "Undecided whether retrieval helps: 36 → 45 of 100 (+9.0 points, 95 % interval 0.0 to +18.5, p = 0.0636, "
            "exact McNemar; 14 fixed, 5 broken).",
            "文書検索の効果は判定できません：100 問中 36 → 45 正解（+9.0 ポイント、95%信頼区間 0.0 から +18.5、"
            "p = 0.0636、マクネマーの正確検定。改善 14、悪化 5）。",
        ),
        (
            BILINGUAL,
            "Retrieval hurts: 72 → 48 of 200 answers to 100 questions (-12.0 points, 95 % interval -20.0 to -6.3, "
            "p = 0.0005, exact sign-flip over questions; 0 fixed, 24 broken).",
            "文書検索は逆効果です：100 問の 200 回答中 72 → 48 正解（-12.0 ポイント、95%信頼区間 -20.0 から -6.3、"
            "p = 0.0005、問題単位の正確な符号反転検定。改善 0、悪化 24）。",
        ),
        (
            compare([]),
            "Undecided whether retrieval helps: no questions were compared.",
            "文書検索の効果は判定できません：比較した問題がありません。",
        ),
    ],
    ids=["helps", "undecided", "hurts bilingual", "empty"],
)
def test_sentence_in_both_languages(found: Comparison, english: str, japanese: str) -> None:
    effect = verdict(found, found.p)
    assert words.sentence(effect, "en") == english
    assert words.sentence(effect, "ja") == japanese


def test_sentence_names_balance_adjustment_and_subject() -> None:
    balanced = verdict(compare(cell(5, 5)), 1.0)
    assert words.sentence(balanced, "en").endswith(
        "5 fixed, 5 broken). 10 verdicts changed, as many for the better as for the worse."
    )
    assert words.sentence(balanced, "ja").endswith("改善 5、悪化 5）。判定は 10 件変わり、改善と悪化が同数でした。")
    nothing = verdict(compare(cell(0, 0)), 1.0)
    assert words.sentence(nothing, "en").endswith("0 fixed, 0 broken). No verdict changed.")
    assert words.sentence(nothing, "ja").endswith("改善 0、悪化 0）。判定が変わった回答はありません。")
    adjusted = verdict(HELPS, 0.0312)
    assert "p = 0.0039, Holm-adjusted p = 0.0312, exact" in words.sentence(adjusted, "en")
    assert "p = 0.0039、Holm 補正後 p = 0.0312、マクネマー" in words.sentence(adjusted, "ja")
    assert words.sentence(adjusted, "en", "the gold passage").startswith("The gold passage helps: ")
    assert words.sentence(adjusted, "ja", "正解文の提示").startswith("正解文の提示は有効です：")


def test_there_is_no_verdict_where_answers_are_missing() -> None:
    hurts = verdict(BILINGUAL, BILINGUAL.p, finished=False)
    assert words.sentence(hurts, "en", missing=142).startswith(
        "No verdict yet (142 of 400 answers are missing and count as wrong): 72 → 48 of 200 answers to 100 questions ("
    )
    assert words.sentence(hurts, "ja", missing=142).startswith(
        "まだ判定できません（400 回答中 142 件が未回答で、不正解に数えています）：100 問の 200 回答中 72 → 48 正解（"
    )
    undecided = verdict(UNDECIDED, UNDECIDED.p, finished=False)
    assert words.sentence(undecided, "en", missing=1).startswith(
        "No verdict yet (1 of 200 answers is missing and counts as wrong): 36 → 45 of 100 ("
    )
    assert words.sentence(undecided, "en").startswith("No verdict yet (the run is not finished): 36 → 45 of 100 (")
    assert words.sentence(undecided, "ja").startswith("まだ判定できません（実行が終わっていません）：")
    run = words.run_comparison_sentence(undecided, "en", "a", "b", "rag")
    assert run.startswith("No verdict yet on b and a with retrieval (the run is not finished): ")


@pytest.mark.parametrize("languages", [1, 2])
@pytest.mark.parametrize(
    ("right", "english", "japanese"),
    [(0, "Every answer is wrong. ", "すべて不正解です。"), (1, "Every answer is right. ", "すべて正解です。")],
)
def test_all_wrong_or_all_right_measures_nothing(right: int, english: str, japanese: str, languages: int) -> None:
    found = compare([PairedOutcome(number, bool(right), bool(right)) for number in range(9) for _ in range(languages)])
    effect = verdict(found, found.p)
    assert words.sentence(effect, "en").startswith("Nothing could be measured: ")
    assert words.sentence(effect, "ja").startswith("効果を測れませんでした：")
    assert english in words.sentence(effect, "en")
    assert japanese in words.sentence(effect, "ja")


@settings(max_examples=60)
@given(pair_lists)
def test_no_sentence_says_that_no_effect_was_seen_or_how_many_questions_would_decide(pairs) -> None:
    found = compare(pairs)
    for effect in (verdict(found, found.p), verdict(found, 1.0)):
        text = words.sentence(effect, "en")
        assert "No effect" not in text
        assert "would decide" not in text
        assert " 1 questions" not in text
        assert " 1 answers" not in text
        assert "差は見られません" not in words.sentence(effect, "ja")


def bounds(before: int, after: int, total: int) -> UnpairedBounds:
    return pooled([Counts(total, before, after)])


@pytest.mark.parametrize(
    ("counts", "english", "japanese"),
    [
        (
            (32, 36, 61),
            "Undecided whether retrieval helps: 32 of 61 (52.5 %, 95 % interval 40.2 to 64.5) → 36 of 61 (59.0 %, 95 % "
            "interval 46.5 to 70.5). Which questions changed was not recorded: p = 0.125 with 0 broken to p = 0.683 "
            "with 25 broken. Even the best case is not significant at 5 %.",
            "文書検索の効果は判定できません：61 問中 32 問（52.5%、95%信頼区間 40.2 から 64.5） → "
            "61 問中 36 問（59.0%、95%信頼区間 46.5 から 70.5）。"
            "どの問題が変わったかは記録されていません：悪化 0 問なら p = 0.125、悪化 25 問なら "
            "p = 0.683。最良の場合でも 5%水準で有意ではありません。",
        ),
        ((36, 45, 100), "only with at most 4 broken.", "有意なのは悪化が 4 問以下の場合だけです。"),
        ((45, 36, 100), "only with at most 4 fixed.", "有意なのは改善が 4 問以下の場合だけです。"),
        ((5, 5, 9), "The counts do not differ.", "正解数に差はありません。"),
        ((90, 10, 100), "Every case is significant at 5 %.", "いずれの場合も 5%水準で有意です。"),
    ],
)
def test_counts_sentence_in_both_languages(counts: tuple[int, int, int], english: str, japanese: str) -> None:
    assert words.counts_sentence(bounds(*counts), "en").endswith(english)
    assert words.counts_sentence(bounds(*counts), "ja").endswith(japanese)


def test_counts_sentence_states_a_direction_only_where_every_pairing_agrees() -> None:
    assert words.counts_sentence(bounds(10, 90, 100), "en").startswith("Retrieval helps: ")
    assert words.counts_sentence(bounds(90, 10, 100), "ja").startswith("文書検索は逆効果です：")
    assert words.counts_sentence(bounds(36, 45, 100), "en").startswith("Undecided ")


@settings(max_examples=40)
@given(pair_lists)
def test_sentences_can_be_written_on_a_japanese_windows_console(pairs: list[PairedOutcome]) -> None:
    found = compare(pairs)
    counts = bounds(found.baseline.correct, found.treatment.correct, found.n)
    for effect in (verdict(found, found.p), verdict(found, 1.0)):
        assert words.sentence(effect, "en").encode("cp932")
        assert words.sentence(effect, "ja", missing=3).encode("cp932")
        assert words.run_comparison_sentence(effect, "en", "a", "b", "rag").encode("cp932")
        assert words.run_comparison_sentence(effect, "ja", "a", "b", "rag", missing=1).encode("cp932")
    assert (words.counts_sentence(counts, "en") + words.counts_sentence(counts, "ja")).encode("cp932")


def test_a_third_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language='fr'"):
        words.sentence(verdict(HELPS, HELPS.p), "fr")  # type: ignore[arg-type]
