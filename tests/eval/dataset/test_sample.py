"""Which questions of a set are asked, and under which conditions."""

from __future__ import annotations

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import load_dataset
from eval.dataset.sample import stratified_sample
from eval.runs.evaluate import QuestionSelection, parse_conditions
from rag.errors import SettingsError
from tests.eval.set_checks import DATA


def test_a_sample_is_fixed_and_proportional() -> None:
    dataset = load_dataset(DATA / "verify100.csv")
    chosen = stratified_sample(dataset.items, 20)
    assert len(chosen) == 20
    assert chosen == stratified_sample(load_dataset(DATA / "verify100.xlsx").items, 20)
    assert abs(sum(item.kind == "open_qa" for item in chosen) - 12.2) <= 1
    for language in ("ja", "en", "both", "none"):
        share = sum(item.evidence_language == language for item in dataset.items) / 5
        assert abs(sum(item.evidence_language == language for item in chosen) - share) <= 1
    assert [item.number for item in chosen] == sorted((item.number for item in chosen), key=int)


def test_a_stratum_is_sampled_over_its_whole_length() -> None:
    dataset = load_dataset(DATA / "verify100.csv")
    numbers = [int(item.number) for item in stratified_sample(dataset.items, 15)]
    assert min(numbers) <= 10
    assert max(numbers) >= 90
    assert sum(number <= 15 for number in numbers) <= 4


@pytest.mark.parametrize("size", [1, 2, 7, 15, 99, 100, 500])
def test_a_sample_has_the_size_asked_for(size) -> None:
    dataset = load_dataset(DATA / "verify100.csv")
    assert len(stratified_sample(dataset.items, size)) == min(size, 100)


def test_what_is_selected(verify) -> None:
    dataset = load_dataset(verify)
    everything = (Condition.NO_RAG, Condition.RAG)
    assert QuestionSelection(("ja",), everything).scope(dataset).numbers == ("1", "2", "3", "4", "5")
    assert QuestionSelection(("ja",), everything, limit=2).scope(dataset).numbers == ("1", "2")
    assert len(QuestionSelection(("ja",), everything, sample=3).scope(dataset).numbers) == 3
    with pytest.raises(SettingsError, match="cannot be combined"):
        QuestionSelection(("ja",), everything, limit=2, sample=3).scope(dataset)


def test_conditions_are_parsed() -> None:
    assert parse_conditions("rag, no_rag,rag") == (Condition.RAG, Condition.NO_RAG)
    for wrong in ("", ",", "rag,oracel"):
        with pytest.raises(SettingsError):
            parse_conditions(wrong)
