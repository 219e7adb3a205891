"""The wording of prompts: the same with and without context, the answer language last, passages as data."""

from __future__ import annotations

import pytest

from rag.generation.prompt import build_prompt, repair_prompt
from rag.generation.prompt_file import load_prompt
from rag.records import Chunk, Hit, Language
from rag.safety.control_tokens import escape_control_tokens
from tests.rows import each_row

QUESTIONS: list[tuple[str, Language]] = [
    ("日本の首都はどこですか？", "ja"),
    ("What is the capital of Japan?", "en"),
]
# What the chat templates of today's models are made of.
CONTROL = [
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|begin_of_text|>",
    "<|start_header_id|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|fim_prefix|>",
    "[INST]",
    "[/INST]",
    "[ INST ]",
    "[inst]",
    "<<SYS>>",
    "<</SYS>>",
    "<< SYS >>",
    "<s>",
    "</s>",
    "<S>",
    "<bos>",
    "<eos>",
    "<unk>",
    "<pad>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[SYSTEM_PROMPT]",
    "[TOOL_CALLS]",
    "<prompt>",
    "</prompt>",
    "<answer>",
    "</answer>",
    "</passage 1>",
    '<passage 2 "x">',
    "<think>",
    "</tool_call>",
]


def hit(text: str, rank: int = 1, title: str = "題", source: str = "ja/a.md") -> Hit:
    return Hit(Chunk(str(rank), text, title, source, "ja", 0, len(text), 0), rank, 1.0)


def said(question: str, language: Language, hits: list[Hit], prompt: str = "default") -> str:
    return build_prompt(question, language, hits, load_prompt(prompt)).to_messages()[-1].text


@pytest.mark.parametrize(("question", "language"), QUESTIONS)
def test_conditions_differ_by_the_passages_alone(question: str, language: Language) -> None:
    hits = [hit("東京は首都である。"), hit("Tokyo is the capital.", 2, "Tokyo", "en/b.md")]
    without = build_prompt(question, language, [], load_prompt()).to_messages()
    with_them = build_prompt(question, language, hits, load_prompt()).to_messages()
    assert without[0] == with_them[0]
    assert with_them[-1].text.endswith(without[-1].text)
    added = with_them[-1].text.removesuffix(without[-1].text)
    head, *rest = added.splitlines()
    assert head
    assert rest == [
        '<passage 1 "題 (ja/a.md)">',
        "東京は首都である。",
        "</passage 1>",
        '<passage 2 "Tokyo (en/b.md)">',
        "Tokyo is the capital.",
        "</passage 2>",
        "",
    ]


@pytest.mark.parametrize(
    ("question", "language", "named", "data"),
    [(*QUESTIONS[0], "日本語", "資料"), (*QUESTIONS[1], "English", "data")],
)
@pytest.mark.parametrize("hits", [[], [hit("東京。")]])
def test_language_of_the_answer_is_named_last(
    question: str, language: Language, named: str, data: str, hits: list[Hit]
) -> None:
    text = said(question, language, hits)
    assert named in text.splitlines()[-1]
    assert question in text.splitlines()[-2]
    assert (data in text) is bool(hits)
    prompt = build_prompt(question, language, hits, load_prompt())
    again = repair_prompt(prompt, language, load_prompt()).to_messages()[-1].text
    assert again.startswith(text + "\n")
    assert named in again.splitlines()[-1]


@each_row("token", CONTROL)
@each_row("around", ["本文{}です。", "Text {} here.", "{}"])
def test_control_tokens_in_passages_are_broken_up(token: str, around: str) -> None:
    text = around.replace("{}", token)
    for language in ("ja", "en"):
        plain = said("質問 question", language, [hit("x")])
        passage = said("質問 question", language, [hit(text)])
        title = said("質問 question", language, [hit("x", title=text)])
        source = said("質問 question", language, [hit("x", source=text)])
        asked = said(f"質問 {token}", language, [])
        for prompt in (passage, title, source):
            assert prompt.count(token) == plain.count(token)
        assert token not in asked
    seed = said("q", "en", [hit(text)], "h2ogpt")
    assert seed.count(token) == said("q", "en", [hit("x")], "h2ogpt").count(token)


@pytest.mark.parametrize("token", ["<|im_start|>", "[INST]", "</s>"])
def test_what_is_broken_up_can_still_be_read(token: str) -> None:
    letters = [character for character in token if character.isalpha()]
    assert [character for character in escape_control_tokens(token) if character.isalpha()] == letters


@pytest.mark.parametrize(
    "nested", ["<|im_<|im_start|>start|>", "<<s>s>", "[IN[INST]ST]", "<<<SYS>>SYS>>", "<</s>/s>", "<|<|x|>|>"]
)
def test_nothing_that_is_broken_up_leaves_a_token_behind(nested: str) -> None:
    once = escape_control_tokens(nested)
    assert not any(token in once for token in CONTROL)


@pytest.mark.parametrize("text", ["a < b > c", "x[1] = y[2]", "2 | 3", "<strong>", "if (a<s) {}", "東京＜大阪"])
def test_plain_text_is_left_alone(text: str) -> None:
    assert escape_control_tokens(text) == text


def test_seed_template_to_the_letter() -> None:
    prompt = build_prompt("What is the capital of Japan?", "en", [], load_prompt("h2ogpt"))
    assert prompt.to_string() == (
        "<prompt>Question: What is the capital of Japan? Write answer within 15 words.</prompt>\n<answer>Answer:"
    )
    japanese = build_prompt("日本の首都は{question}？", "ja", [], load_prompt("h2ogpt"))
    assert japanese.to_string() == (
        "<prompt>Question: 日本の首都は{question}？ Write answer within 15 words.</prompt>\n<answer>Answer:"
    )
    assert load_prompt("h2ogpt").stop == ("</answer>",)
    assert load_prompt().stop == ()


def test_seed_with_passages_has_them_before_the_question() -> None:
    without = build_prompt("Q?", "en", [], load_prompt("h2ogpt")).to_string()
    with_them = build_prompt("Q?", "en", [hit("東京。")], load_prompt("h2ogpt")).to_string()
    passages = '<passage 1 "題 (ja/a.md)">\n東京。\n</passage 1>\n'
    assert with_them == without.replace("<prompt>", "<prompt>" + passages)


def test_a_base_model_continues_lines_of_question_and_answer() -> None:
    without = build_prompt("日本の首都は？", "ja", [], load_prompt("base")).to_string()
    assert without.splitlines() == ["質問： 日本の首都は？", "答え："]
    with_them = build_prompt("Which\ncity?", "en", [hit("Tokyo\nis <s> it.")], load_prompt("base")).to_string()
    first, *rest = with_them.split("\n")
    assert first.endswith(": Tokyo is ‹s› it.")
    assert rest[-1] == "Answer:"
    assert load_prompt("base").stop == ("\n",)
    assert load_prompt("base").raw
    assert not load_prompt().raw
