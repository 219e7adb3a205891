"""Read the values of cells and fields: texts, lists of answers, evidence, yes and no, and unusable values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.dataset.items import GoldPassage
from rag.messages import Message
from rag.tables.header import normalise_header
from rag.text.language import readable

_EXCEL_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA)", re.I
)
_NO_VALUE = frozenset({"nan", "null", "none", "<na>", "nat", "undefined"})
_PYTHON_LIST = re.compile(r"[\[({]\s*(?:'|array\(|[\"']\w+[\"']\s*:|None\b)|array\(")
_FINAL = re.compile(r"\n####\s*(?=\W{0,3}\d[\d,./]*%?\Z)")  # before the answer, in GSM8K: above it the solution
_COLON = re.compile(r":\s|(?<![\dA-Za-z])[:：]|→")  # not of a time or an address
_CLAUSE = re.compile(r"=|.は.|[.。]$|.{31}", re.S)  # of one answer: whales are mammals; tunas are fish.
_SPAN = re.compile(r"(.+)\[(\d{1,12}):(\d{1,12})\]")
_YES = frozenset("yes true y 1 1.0 はい 可 可能 ○ 〇 有 あり 回答可 回答可能 answerable".split())
_NO = frozenset("no false n 0 0.0 いいえ 不可 不可能 × ✕ x 無 なし 回答不可 回答不能 unanswerable".split())
_TEXTS = ("text", "content", "answer", "value", "paragraph_text", "passage")


class UnusableValue(ValueError):
    """A value that cannot be used, and why; the reader of the row adds the position."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def text_of(value: Any) -> str:
    """Return a value as text: "" for none, 1 for 1.0, TRUE for true. Raises UnusableValue for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | dict | tuple | set):
        raise UnusableValue("holds an object, not a text" if isinstance(value, dict) else "holds a list, not a text")
    return readable(str(value)).strip()


def refuse_error(value: Any) -> None:
    """Raise UnusableValue for an error of a spreadsheet, such as #N/A."""
    if isinstance(value, str) and _EXCEL_ERROR.fullmatch(value.strip()):
        raise UnusableValue(Message("has the error {value}", value=value.strip()))


def checked_text(value: Any) -> str:
    """Return a value as text. Raises UnusableValue for an error of a spreadsheet, and for nan and null as text."""
    text = text_of(value)
    refuse_error(text)
    if text.casefold() in _NO_VALUE:
        raise UnusableValue(
            Message('has {text}, which is no value (if it is meant, write "{text}" in quotation marks)', text=text)
        )
    return text


def question_of(value: Any) -> str:
    """Return a question as text, also the only one in a list. Raises UnusableValue, also for several turns."""
    return checked_text(value[0] if isinstance(value, list) and len(value) == 1 else value)


def answers_of(value: Any, *, several: bool) -> list[str]:
    """Return the accepted answers in a value, the first one being the reference.

    A value is a text, a list in JSON, or SQuAD's, MKQA's and TriviaQA's objects. A column of `several` answers may also
    have one a line, or vertical bars or else semicolons between them. Raises UnusableValue.
    """
    if isinstance(value, str):
        return _in_cell(value, several=several)
    return list(dict.fromkeys(answer for answer in _in_json(value) if answer))


def _in_cell(cell: str, *, several: bool) -> list[str]:
    text = checked_text(cell)
    if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
        value = _json(text)
        if isinstance(value, dict) or (
            isinstance(value, list) and (several or all(isinstance(part, str | dict) for part in value))
        ):
            return list(dict.fromkeys(answer for answer in _in_json(value) if answer))
    if _PYTHON_LIST.match(text) and (several or text[-1:] in ("]", "}", ")")):
        raise UnusableValue('holds a list as Python prints it; write it as JSON: ["a", "b"]')
    parts = re.split(r"[\n|]", text) if several else [_FINAL.split(text)[-1]]
    listed = re.split(r"\s?(?:;\s|；)\s?", text.rstrip("; ；")) if several and len(parts) == 1 else []
    if len(listed) > 1 and not _is_one_answer(listed):
        parts = listed
    return list(dict.fromkeys(part for part in (checked_text(part) for part in parts) if part))


def _is_one_answer(parts: Sequence[str]) -> bool:
    """Tell whether parts are clauses of one answer, or say something of a thing each ("whale: mammal; tuna: fish")."""
    if any(map(_CLAUSE.search, parts)) or len({part[:1].islower() for part in parts}) > 1:
        return True
    colons = [_COLON.split(part, maxsplit=1) for part in parts]
    return all(len(sides) > 1 for sides in colons) and len({sides[0].strip() for sides in colons}) == len(parts)


def _in_json(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for part in value:
            yield from _in_json(part)
    elif isinstance(value, Mapping):
        value = {str(name).casefold(): part for name, part in value.items()}
        named = next((value[name] for name in _TEXTS if name in value), None)
        if named is None and not any(name in value for name in _TEXTS):
            raise UnusableValue(Message("holds an object without {texts}", texts=" or ".join(map(repr, _TEXTS[:2]))))
        yield from _in_json(named)
        yield from _in_json(value.get("aliases"))
    else:
        yield checked_text(value)


def gold_of(value: Any) -> list[GoldPassage]:
    """Return the evidence in a value: documents, or spans of them (`manual.md[120:340]`), listed or divided by `|`."""
    if isinstance(value, str):
        listed = _json(value) if value.strip()[:1] == "[" else None
        value = listed if isinstance(listed, list) else [part for part in re.split(r"[\n|]", value) if part.strip()]
    parts = value if isinstance(value, list | tuple) else [value]
    found = [_gold(part) for part in parts if part not in (None, "")]
    return list(dict.fromkeys(gold for gold in found if gold.source or gold.text))


def _gold(part: Any) -> GoldPassage:
    if isinstance(part, Mapping):
        source = next(
            (text_of(part[name]) for name in ("source", "document", "doc_id", "file", "id") if name in part), ""
        )
        start, end = part.get("start", 0), part.get("end")
        if not isinstance(start, int) or not isinstance(end, int | None) or (end is not None and end <= start):
            raise UnusableValue(Message("has a span from {start!r} to {end!r}", start=start, end=end))
        text = "" if source else next((text_of(part[name]) for name in _TEXTS if name in part), "")
        return GoldPassage(_path(source), start, end, text, text_of(part.get("title")))
    text = checked_text(part)
    span = _SPAN.fullmatch(text)
    if span is None:
        return GoldPassage(_path(text))
    if int(span[3]) <= int(span[2]):
        raise UnusableValue(Message("has a span from {span} to {span_2}", span=span[2], span_2=span[3]))
    return GoldPassage(_path(span[1].strip()), int(span[2]), int(span[3]))


def contexts_of(value: Any, title: str = "") -> list[GoldPassage]:
    """Return the passages in a value: a text, or a list (in a cell: in JSON) of texts, or of objects with `title`."""
    if isinstance(value, str):
        listed = _json(value) if value.strip()[:1] == "[" else None
        value = listed if isinstance(listed, list) else value
    parts = value if isinstance(value, list | tuple) else [value]
    passages = []
    for part in parts:
        heading = text_of(part.get("title")) if isinstance(part, Mapping) else title
        text = "\n".join(filter(None, _in_json(part))) if isinstance(part, Mapping) else text_of(part)
        text = text.removeprefix(f"{heading} [SEP] ") if heading else text  # as JSQuAD writes the title
        if text:
            passages.append(GoldPassage(text=text, title=" ".join(heading.split())))
    return list(dict.fromkeys(passages))


def truth_of(value: Any) -> bool | None:
    """Return what yes or no in a value means, None for an empty one. Raises UnusableValue for anything else."""
    text = normalise_header(text_of(value))
    if not text:
        return None
    if text not in _YES | _NO:
        raise UnusableValue(Message("has {value!r}, which is neither yes nor no", value=text_of(value)))
    return text in _YES


def list_of(value: Any) -> list[str]:
    """Return the texts in a list, in JSON in a cell, or between vertical bars in one. Raises UnusableValue."""
    if isinstance(value, str):
        listed = _json(value) if value.strip()[:1] == "[" else None
        value = listed if isinstance(listed, list) else value.split("|")
    if isinstance(value, Mapping) and isinstance(value.get("text"), list):
        value = value["text"]
    parts = value if isinstance(value, list | tuple) else [value]
    return [text for text in map(text_of, parts) if text]


def _path(source: str) -> str:
    return source.replace("\\", "/").removeprefix("./")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
