"""Templates: placeholders are filled once, what fills them is data, sections go with their text."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.generation.prompt_template import Template

VALUES = {"question": "Q", "passages": "P", "language": "L"}
BRACES = st.lists(st.sampled_from(["{", "}", "question", "passages", "if passages", "end", " ", "\n", "あ"])).map(
    "".join
)


def filled(text: str, *sections: str, **values: str) -> str:
    return Template.parse(text).fill({**VALUES, **values}, sections)


@pytest.mark.parametrize(
    ("text", "without", "with_passages"),
    [
        ("{question}", "Q", "Q"),
        ("質問：{question}（{language}）", "質問：Q（L）", "質問：Q（L）"),
        ("See:\n{passages}\n\n{question}", "Q", "See:\nP\n\nQ"),
        ("{question}\n\nSee:\n{passages}", "Q", "Q\n\nSee:\nP"),
        ("{question}\n\n資料：{passages}\n \nEnd", "Q\n\nEnd", "Q\n\n資料：P\n \nEnd"),
        ("<p>{if passages}{passages}\n{end}{question}</p>", "<p>Q</p>", "<p>P\nQ</p>"),
        ("{if passages}\n{passages}\n{end}\n{question}", "Q", "P\nQ"),
        ("{if passages}\nA {passages}\n{if decline}\nD\n{end}\n{end}\n{question}", "Q", "A P\nQ"),
        ("{question} {question}", "Q Q", "Q Q"),
        ('{"q": "{question}", "n": {}, "s": { x }}', '{"q": "Q", "n": {}, "s": { x }}', None),
        ("{{name}} {{if passages}} {question}", "{name} {if passages} Q", None),
        ("{% for x in y %} %s {0!r:>{w}}"[:24] + "{question}", "{% for x in y %} %s {0!rQ", None),
    ],
)
def test_a_template_is_filled(text: str, without: str, with_passages: str | None) -> None:
    assert filled(text) == without
    assert filled(text, "passages") == (without if with_passages is None else with_passages)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{question}\n{pasages}", r"line 2: \{pasages\} is not known .*\{\{pasages\}\}"),
        ("{質問}", r"line 1: \{質問\} is not known"),
        ("a\n\n{{ question }}", r"line 3: .*single braces.*\{question\}"),
        ("{{passages}}", "single braces"),
        ("{if rag}{end}{question}", r"\{if rag\} is not known"),
        ("{if question}{end}", r"\{if question\} is not known"),
        ("{question}\n{end}", r"line 2: \{end\} ends nothing"),
        ("{if decline}x\n{question}", r"line 2: \{if decline\} is not ended"),
        ("Context: {passages}\nQuestion: {question}", "line 1: .*one paragraph.*blank line"),
    ],
)
def test_a_faulty_template_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Template.parse(text)
    with pytest.raises(ValueError, match=r"line 1\d:"):
        Template.parse(text, above=10)


@given(BRACES, BRACES)
def test_what_fills_a_template_is_data(question: str, passages: str) -> None:
    text = "a {if passages}{passages}{end} b {question} c"
    assert filled(text, "passages", question=question, passages=passages) == f"a {passages} b {question} c"
    assert filled(text, question=question, passages=passages) == f"a  b {question} c"


@given(BRACES)
def test_any_template_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):  # with its line, as above
        assert filled(text, "passages").count("Q") == text.count("{question}")


@given(st.text(st.sampled_from("{}a \n\t%$<あ。"), max_size=60))
def test_a_text_without_names_in_braces_stays_itself(text: str) -> None:
    text = text.replace("a}", "a )")
    assert filled(f"{text}{{question}}") == f"{text}Q"


def test_reading_is_linear() -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        filled("{" * count + "\n \n" * count + "{passages}\n\n" * count + "{question}")
        return time.process_time() - began

    seconds(2_000)
    assert seconds(8_000) < 40 * max(seconds(2_000), 0.002)
