"""Small samples, made by hand, of the layouts in which question sets are published, and of those that people make."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl

Rows = list[dict[str, object]]

SQUAD_LIKE = {
    "version": "1.1",
    "data": [
        {
            "title": "梅雨",
            "paragraphs": [
                {
                    "context": "梅雨 [SEP] 梅雨は、東アジアの広範囲でみられる。雨季の一種である。",
                    "qas": [
                        {"id": "a1p0q0", "question": "梅雨とは何季の一種か？", "is_impossible": False,
                         "answers": [{"text": "雨季", "answer_start": 30}, {"text": "雨季の一種", "answer_start": 30}]},
                        {"id": "a1p0q1", "question": "梅雨はどこでみられるか？", "is_impossible": False,
                         "answers": [{"text": "東アジア", "answer_start": 13}]},
                    ],
                }
            ],
        }
    ],
}  # fmt: skip
JAQUAD = [
    {"id": "tr-1", "title": "東大寺", "context": "東大寺は奈良市にある寺院である。", "question": "東大寺は何市？",
     "question_type": "Syntactic variation",
     "answers": {"text": ["奈良市"], "answer_start": [4], "answer_type": ["Location"]}},
    {"id": "tr-2", "title": "東大寺", "context": "大仏の高さは約15メートルである。", "question": "大仏の高さは？",
     "question_type": "Lexical variation",
     "answers": {"text": ["約15メートル"], "answer_start": [6], "answer_type": ["Quantity"]}},
]  # fmt: skip
NIILC = """<?xml version='1.0' encoding="UTF-8"?>
<questions>
<question id="Q-1"><text>東海地方に含まれる県はどこ？</text>
  <answers><answer>愛知県</answer><answer>岐阜県</answer></answers>
  <meta><B3>地理</B3><E.3>東海地方</E.3><E.5>愛知県、岐阜県などの県を指す。</E.5></meta></question>
<question id="Q-2"><text>ワールドカップは何年に一度？</text>
  <answers><answer>4年</answer></answers><meta><B3>スポーツ</B3><E.5></E.5></meta></question>
</questions>"""
MKQA = [
    {"example_id": 1, "query": "capital of japan",
     "queries": {"en": "capital of japan", "ja": "日本の首都はどこ", "fr": "capitale du japon"},
     "answers": {"en": [{"type": "entity", "entity": "Q1490", "text": "Tokyo", "aliases": ["Tōkyō"]}],
                 "ja": [{"type": "entity", "entity": "Q1490", "text": "東京", "aliases": ["東京都"]}],
                 "fr": [{"type": "entity", "text": "Tokyo"}]}},
    {"example_id": 2, "query": "why is the sky blue", "queries": {"en": "why is the sky blue", "ja": "空はなぜ青い"},
     "answers": {"en": [{"type": "long_answer", "text": None}], "ja": [{"type": "long_answer", "text": None}]}},
    {"example_id": 3, "query": "is water wet", "queries": {"en": "is water wet", "ja": "水は濡れているか"},
     "answers": {"en": [{"type": "binary", "text": "yes"}], "ja": [{"type": "binary", "text": "はい"}]}},
]  # fmt: skip
JCOMMONSENSEQA = [
    {"q_id": 10, "question": "音楽にあわせて踊る場所は？", "choice0": "ディスコ", "choice1": "市長",
     "choice2": "イチゴ", "choice3": "店", "choice4": "マンゴー", "label": 0},
    {"q_id": 11, "question": "会社の最高責任者は？", "choice0": "教師", "choice1": "部長", "choice2": "社長",
     "choice3": "部下", "choice4": "バイト", "label": 2},
]  # fmt: skip
DOLLY = [
    {"instruction": "Who painted it?", "context": "", "response": "Leonardo", "category": "open_qa"},
    {"instruction": "When did Virgin Australia start?", "category": "closed_qa", "response": "31 August 2000",
     "context": "Virgin Australia commenced services on 31 August 2000, with two aircraft."},
    {"instruction": "Tope is a species of what?", "context": "", "response": "fish", "category": "classification"},
]  # fmt: skip
LIT = [
    {"question": "順位は何位ですか？", "answer": "29位", "qa_type": ["R_multihop", "T_html"],
     "positive_chunk_list": ["会社は28位で、前年から1つ順位を上げた。", "発表は毎年である。"],
     "negative_chunk_list": ["別の話。"], "reasoning_content": "29位と推論できる。"},
    {"question": "What is the rank?", "answer": "29th", "qa_type": ["R_multihop"],
     "positive_chunk_list": [{"title": "Ranking", "content": "It is 28th, one up from last year."}],
     "negative_chunk_list": [{"title": "", "content": "Other."}], "reasoning_content": "29th."},
]  # fmt: skip
LLM_JP_EVAL = {
    "instruction": "質問に答えてください。",
    "output_length": 10,
    "metrics": ["exact_match"],
    "few_shots": [{"input": "例題は？", "output": "例"}],
    "samples": [{"input": "日本の首都は？", "output": "東京"}, {"input": "水の化学式は？", "output": "H2O"}],
}


def lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def table(*rows: tuple[object, ...], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)


def sheet(*rows: tuple[object, ...]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def parquet() -> bytes:
    import pyarrow
    from pyarrow import parquet as files

    buffer = io.BytesIO()
    files.write_table(pyarrow.Table.from_pylist(JAQUAD), buffer)
    return buffer.getvalue()


def dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


JA = ("日本の首都は？", "東京")
EN = ("What is the capital of Japan?", "Tokyo")
VERIFY100 = Path(__file__).parents[3] / "eval" / "data" / "verify100.xlsx"

LAYOUTS: dict[str, tuple[str, Callable[[], bytes], int, str]] = {
    "LIT-RAGBench": ("ja.jsonl", lambda: lines(LIT), 2, "ja en"),
    "JSQuAD": ("valid-v1.3.json", lambda: dumped(SQUAD_LIKE), 2, "ja"),
    "JaQuAD": ("jaquad.parquet", parquet, 2, "ja"),
    "NIILC": ("NIILC.xml", NIILC.encode, 2, "ja"),
    "MKQA": ("mkqa.jsonl", lambda: lines(MKQA), 2, "ja en"),
    "JCommonsenseQA": ("valid-v1.3.json", lambda: lines(JCOMMONSENSEQA), 2, "ja"),
    "dolly": ("databricks-dolly-15k.jsonl", lambda: lines(DOLLY), 3, "en"),
    "verify100": ("verify100.xlsx", VERIFY100.read_bytes, 100, "ja en"),
    "Japanese Excel": ("問題集.xlsx", lambda: sheet(("番号", "質問", "正解"), (1, *JA), (2, "9?", 9), (3, *EN)),
                       3, "ja en"),
    "English CSV": ("set.csv", lambda: table(("Question", "Answer"), EN), 1, "en"),
    "marked in Japanese": ("s.csv", lambda: table(("問い（日本語）", "答え（日本語）", "問い（英語）", "答え（英語）"),
                                                  (*JA, *EN)), 1, "ja en"),
    "marked with suffixes": ("s.tsv", lambda: table(("question_ja", "answer_ja", "question_en", "answer_en"),
                                                    (*JA, *EN), (*JA, "", ""), delimiter="\t"), 2, "ja en"),
    "full width, with a title": ("s.xlsx", lambda: sheet(("社内テスト",), (), ("ＮＯ．", "設　問", "模範解答", "区分"),
                                                         ("A-1", *JA, "地理")), 1, "ja"),
    "answers one a line": ("s.csv", lambda: table(("query", "answers"), (EN[0], "Tokyo\nTōkyō")), 1, "en"),
    "answers as JSON": ("s.csv", lambda: table(("問題", "answers"), (JA[0], '["東京", "東京都"]')), 1, "ja"),
    "CP932": ("s.csv", lambda: table(("質問", "回答", "分類"), (*JA, "地理"), encoding="cp932"), 1, "ja"),
    "UTF-16": ("s.csv", lambda: table(("質問", "解答"), JA, encoding="utf-16"), 1, "ja"),
    "alpaca": ("s.json", lambda: dumped([{"instruction": "訳して。", "input": "cat", "output": "猫"}]), 1, "ja"),
    "llm-jp-eval": ("niilc.json", lambda: dumped(LLM_JP_EVAL), 2, "ja"),
    "choices in columns": ("s.xlsx", lambda: sheet(("問題", "選択肢1", "選択肢2", "選択肢3", "正解"),
                                                   ("琴は何楽器？", "弦楽器", "打楽器", "管楽器", 1)), 1, "ja"),
}  # fmt: skip
"""A file's name and content, the number of its questions, and its languages."""
