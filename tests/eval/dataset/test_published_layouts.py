"""Sets as they are published and as people make them run unedited, and what stands in them is read."""

from __future__ import annotations

import pandas as pd
import pytest

from eval.dataset.load import Dataset, load_dataset, load_frame
from eval.report.build import build_report
from eval.runs.graded import ladder_answers
from eval.runs.run import load_run
from rag.errors import DatasetError
from tests.eval.dataset.layouts import LAYOUTS, lines
from tests.eval.scripted import ScriptedChat, run_set


@pytest.fixture
def load(tmp_path):
    def write(name: str) -> Dataset:
        file, content, _, _ = LAYOUTS[name]
        (tmp_path / file).write_bytes(content())
        return load_dataset(tmp_path / file)

    return write


def test_there_are_twenty() -> None:
    assert len(LAYOUTS) == 20


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_runs_unedited(load, tmp_path, name) -> None:
    """Every question is asked in its languages, the right answer is right, and the report has no other language."""
    dataset = load(name)
    _, _, questions, languages = LAYOUTS[name]
    assert len(dataset.items) == questions
    assert dataset.rows == questions + sum(map(len, dataset.left_out.values()))
    assert " ".join(dataset.languages) == languages
    if questions == 100:
        return  # its runs are tested elsewhere
    replies = {
        item.questions[language]: item.reference(language) for item in dataset.items for language in item.questions
    }
    run_set(tmp_path / "run", dataset.path, ScriptedChat(replies=replies), languages=dataset.languages)
    answers = ladder_answers(load_run(tmp_path / "run"))
    assert len(answers) == 2 * sum(len(item.questions) for item in dataset.items)
    wrong = [(answer.question, answer.answer, answer.verdict) for answer in answers if not answer.verdict.correct]
    assert wrong == []
    (run,) = build_report([tmp_path / "run"]).runs
    assert {cell.language for cell in run.cells} - {"all"} == set(dataset.languages)


def test_squad_like_sets_have_their_answers_and_the_passage(load) -> None:
    first, second = load("JSQuAD").items
    assert (first.number, first.responses, first.aliases) == ("a1p0q0", {"ja": "雨季"}, {"ja": ("雨季の一種",)})
    (gold,) = first.gold
    assert gold.title == "梅雨"
    assert gold.text.startswith("梅雨は、東アジア")
    assert second.evidence == ()
    assert [item.kind for item in load("JaQuAD").items] == ["Syntactic variation", "Lexical variation"]
    assert load("JaQuAD").items[1].responses == {"ja": "約15メートル"}


def test_choices_are_asked_with_the_question_and_graded_as_labels(load) -> None:
    first, second = load("JCommonsenseQA").items
    assert first.questions["ja"] == "音楽にあわせて踊る場所は？\n選択肢：ディスコ、市長、イチゴ、店、マンゴー"
    assert (first.responses["ja"], second.responses["ja"]) == ("ディスコ", "社長")
    assert first.grading == "classification"
    assert first.labels is not None
    assert len(first.labels.labels) == 5
    assert load("choices in columns").items[0].responses == {"ja": "弦楽器"}


def test_two_languages_of_a_record_are_one_question_and_the_other_languages_are_not_read(load) -> None:
    dataset = load("MKQA")
    first, binary = dataset.items
    assert first.questions == {"ja": "日本の首都はどこ", "en": "capital of japan"}
    assert first.aliases == {"ja": ("東京都",), "en": ("Tōkyō",)}
    assert binary.grading == "classification"
    assert dataset.left_out == {"no accepted answer": ("line 2",)}
    assert "queries_fr" not in dataset.ignored


def test_every_gold_passage_is_kept(load) -> None:
    first, second = load("LIT-RAGBench").items
    assert [gold.text[:4] for gold in first.gold] == ["会社は2", "発表は毎"]
    assert (second.gold[0].title, second.gold[0].text) == ("Ranking", "It is 28th, one up from last year.")
    assert first.kind == "R_multihop+T_html"
    assert [len(item.gold) for item in load("dolly").items] == [0, 1, 0]
    assert [len(item.gold) for item in load("NIILC").items] == [1, 0]


def test_an_instruction_comes_before_its_input(load) -> None:
    assert load("alpaca").items[0].questions == {"ja": "訳して。\ncat"}
    assert load("llm-jp-eval").items[1].questions == {"ja": "質問に答えてください。\n水の化学式は？"}


@pytest.mark.parametrize("name", ["JaQuAD", "dolly", "JCommonsenseQA"])
def test_a_data_frame_gives_the_questions_that_its_file_gives(load, name) -> None:
    from tests.eval.dataset import layouts

    rows = getattr(layouts, name.upper())
    from_file = load(name).items
    assert load_frame(pd.DataFrame(rows)).items == from_file


MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Who built it?"},
    {"role": "assistant", "content": "Ann"},
    {"role": "user", "content": "When?"},
]


@pytest.mark.parametrize(
    ("record", "question", "answer"),
    [
        ({"inputs": {"question": "When?"}, "outputs": {"answer": "1890"}}, "When?", "1890"),
        ({"input": {"query": "いつ？"}, "expected": {"answer": "1890年", "aliases": ["明治23年"]}}, "いつ？", "1890年"),
        ({"messages": [*MESSAGES, {"role": "assistant", "content": "1890"}]}, "When?", "1890"),
        ({"input": MESSAGES, "ideal": "1890"}, "When?", "1890"),
        ({"input": MESSAGES, "ideal": ["1890", "in 1890"]}, "When?", "1890"),
        ({"user_input": "いつ？", "reference": "1890年", "reference_contexts": ["a", "b"]}, "いつ？", "1890年"),
    ],
)
def test_nested_records_and_chats_are_read(tmp_path, record: dict, question: str, answer: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([record]))
    (item,) = load_dataset(path).items
    assert list(item.questions.values()) == [question]
    assert list(item.responses.values()) == [answer]
    assert [gold.text for gold in item.gold] == record.get("reference_contexts", [])


FUJI = {"title": "Fuji", "text": "Fuji is 3776 m. It is in Japan."}
SUPPORTED = [
    {"context": [["Fuji", ["Fuji is 3776 m.", " It is in Japan."]], ["Aso", ["Aso is 1592 m."]]],
     "supporting_facts": [["Fuji", 0], ["Fuji", 1]]},
    {"context": {"title": ["Aso", "Fuji"], "sentences": [["x"], ["Fuji is 3776 m.", " It is in Japan."]]},
     "supporting_facts": {"title": ["Fuji"], "sent_id": [0]}},
    {"paragraphs": [{"title": "Aso", "paragraph_text": "x", "is_supporting": False},
                    {"title": "Fuji", "paragraph_text": FUJI["text"], "is_supporting": True}]},
]  # fmt: skip


@pytest.mark.parametrize("record", SUPPORTED, ids=["HotpotQA", "HotpotQA in columns", "MuSiQue"])
def test_the_supporting_passages_are_evidence_and_the_others_are_not(tmp_path, record: dict) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([{"question": "How high is Fuji?", "answer": "3776 m", **record}]))
    (item,) = load_dataset(path).items
    assert [{"title": gold.title, "text": gold.text} for gold in item.gold] == [FUJI]


@pytest.mark.parametrize(
    "context", [["Fuji is 3776 m."], "Fuji is 3776 m.", [{"title": "", "text": "Fuji is 3776 m."}]]
)
def test_a_context_without_passages_is_read_whole(tmp_path, context: object) -> None:
    path = tmp_path / "set.jsonl"
    record = {"question": "How high?", "answer": "3776 m", "supporting_facts": [["Fuji", 0]], "context": context}
    path.write_bytes(lines([record]))
    (item,) = load_dataset(path).items
    assert [gold.text for gold in item.gold] == ["Fuji is 3776 m."]


def test_a_heading_at_the_end_of_an_answer_is_no_final_answer(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([{"question": "How?", "answer": "As follows:\n#### 1. Switch it on"}]))
    assert load_dataset(path).items[0].responses == {"en": "As follows:\n#### 1. Switch it on"}


ASKED = "Where are books?"
OBJECTS = [{"label": "A", "text": "bank"}, {"label": "B", "text": "library"}]


@pytest.mark.parametrize(
    "record",
    [
        {"question": {"stem": ASKED, "choices": OBJECTS}, "answerKey": "B"},
        {"question": ASKED, "choices": OBJECTS, "answer": "B"},
        {
            "question": "Where are books?",
            "choices": {"text": ["bank", "library"], "label": ["A", "B"]},
            "answerKey": "B",
        },
        {"question": ASKED, "options": ["bank", "library"], "answer": "B"},
        {"question": ASKED, "choices": ["bank", "library"], "answer": 1},
    ],
    ids=["CommonsenseQA", "objects", "ARC", "RACE", "MMLU"],
)
def test_choices_of_published_sets(tmp_path, record: dict) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([record]))
    (item,) = load_dataset(path).items
    assert item.questions == {"en": "Where are books?\nChoices: bank, library"}
    assert item.responses == {"en": "library"}


@pytest.mark.parametrize(
    ("record", "accepted"),
    [
        ({"answer": {"Value": "Bach", "Aliases": ["J. S. Bach", "Bach"]}}, ["Bach", "J. S. Bach"]),
        ({"possible_answers": '["Bach", "JSB"]'}, ["Bach", "JSB"]),
        ({"answer": "He has 2 + 3 = 5 apples.\n#### 5"}, ["5"]),
        ({"answer_entity": "Bach"}, ["Bach"]),
    ],
    ids=["TriviaQA", "PopQA", "GSM8K", "JAQKET"],
)
def test_answers_of_published_sets(tmp_path, record: dict, accepted: list[str]) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([{"question": "Who or how many?", **record}]))
    (item,) = load_dataset(path).items
    assert [item.responses["en"], *item.aliases["en"]] == accepted


def test_one_turn_is_a_question_and_two_are_refused(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([{"turns": ["日本の首都は？"], "reference": ["東京"]}]))
    assert load_dataset(path).items[0].questions == {"ja": "日本の首都は？"}
    path.write_bytes(lines([{"turns": ["日本の首都は？", "なぜ？"], "reference": ["東京", "x"]}]))
    with pytest.raises(DatasetError, match="turns"):
        load_dataset(path)


@pytest.mark.parametrize("record", [{"messages": []}, {"messages": [{"role": "tool", "content": "x"}]}, {"input": [1]}])
def test_what_is_no_chat_is_refused_by_its_column(tmp_path, record: dict) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([record]))
    with pytest.raises(DatasetError, match=next(iter(record))):
        load_dataset(path)


def test_questions_marked_as_not_answerable_need_no_reference(tmp_path) -> None:
    squad = [
        {"question": "When was it built?", "answers": {"text": [], "answer_start": []}, "is_impossible": True},
        {"question": "誰が建てたか？", "answers": {"text": [], "answer_start": []}, "is_impossible": True},
        {"question": "Where is it?", "answers": {"text": ["Lindau"], "answer_start": [0]}, "is_impossible": False},
    ]
    path = tmp_path / "dev-v2.0.jsonl"
    path.write_bytes(lines(squad))
    dataset = load_dataset(path)
    assert [(item.answerable, *item.responses.values()) for item in dataset.items] == [
        (False, "not answerable"), (False, "回答不可"), (True, "Lindau")
    ]  # fmt: skip
    assert not dataset.left_out
