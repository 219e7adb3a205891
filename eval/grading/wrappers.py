"""Unwrap an answer: thinking, code fences, JSON, XML, LaTeX, tables, quoting and slanted letters.

`unwrap` works on the answer as it came, before `rag.text.canonical`, and knows neither question nor references. Of a
structure that names one field as the answer only that field is left; of any other the fields that say where an answer
comes from are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from eval.grading.tables import without_tables

_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"
_THOUGHT_OPENS = re.compile(rf"<{_THOUGHT}>", re.IGNORECASE)
_THOUGHT_CLOSES = re.compile(rf"</{_THOUGHT}>", re.IGNORECASE)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>final<\|message\|>")
_ANSWER_TAG = r"(?:final_?answer|answer|final|response|reply|output|result|label|最終回答|回答|解答|答え|答|結果)"
_TAG_OPENS = re.compile(rf"<({_ANSWER_TAG})(?: [^<>]{{0,80}})?>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?[^\W\d_][\w-]{0,20}>")
_ELEMENT = re.compile(r"<(?P<name>[^\W\d_][\w-]{0,20})>[^<>]{0,400}</(?P=name)>")
_FENCE = re.compile(r"```[^\S\n]*([\w+-]*)[^\S\n]*\n?([^`]*)(?:```|$)")
_ANSWER_KEY = re.compile(
    r"^(?:final|response|reply|output|result|label|classification|category|prediction|verdict|value|答)\Z"
    r"|(?:answer|回答|解答|答え|正解|結果|結論|ラベル|分類|判定)\Z",
    re.IGNORECASE,
)
_SOURCE_KEY = re.compile(
    r"question|reason|explan|rationale|justif|source|citation|cite|reference|evidence|confidence|thought|context"
    r"|passage|document|note|comment|score|language|status|質問|理由|根拠|説明|出典|参照|引用|典拠|資料|文書|確信|信頼"
    r"|備考|補足",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"\{\s*[\"']?(?P<key>[^\W\d][\w ]{0,30})[\"']?\s*[:=]\s*[\"']?(?P<value>[^\"'{}]{1,400})[\"']?\s*,?\s*\}"
)
_LATEX = re.compile(r"\\(?:text|mathrm|textbf|mathbf|mbox)\{([^{}]*)\}")
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>[ \t]+(?=[^\s\d])")
_SLANTED = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_\n]{1,200})(?<=\S)\1(?![\w*_])")
_LAYERS: Final = 3  # a fence that holds JSON whose answer is a list
_OBJECTS: Final = 3  # tries to read JSON inside one text


def unwrap(answer: str) -> str:
    r"""Return what an answer says, without its wrapping; "" if it never came out of its thinking.

    >>> unwrap('<think>Kyoto?</think>```json\n{"answer": "Tokyo", "source": "passage 1"}\n```')
    'Tokyo'
    """
    text = _LATEX.sub(r"\1", after_thinking(answer))
    for _ in range(_LAYERS):
        inner = _without_json(_FENCE.sub(r"\2\n", _inside_tag(text)).strip())
        if inner == text:
            break
        text = inner
    return _SLANTED.sub(r"\2", _QUOTED_LINE.sub("", without_tables(text)))


def after_thinking(answer: str) -> str:
    """Return the part of an answer after (or, if it was cut off while thinking, before) the thinking in it."""
    final = list(_FINAL_CHANNEL.finditer(answer))
    if final:
        answer = answer[final[-1].end() :]
    closed = list(_THOUGHT_CLOSES.finditer(answer))
    if closed and answer[closed[-1].end() :].strip():
        return answer[closed[-1].end() :].lstrip()
    opened = _THOUGHT_OPENS.search(answer)
    return answer[: opened.start()] if opened else answer


def _inside_tag(text: str) -> str:
    """Return the inside of the last answer tag, or the text without other tags that have no attributes."""
    opened = list(_TAG_OPENS.finditer(text))
    if not opened:
        return text if text.lstrip().startswith("<|") else _without_tags(text)
    rest = text[opened[-1].end() :]
    closing = rest.lower().find(f"</{opened[-1].group(1).lower()}>")
    inner = rest if closing < 0 else rest[:closing]
    return _without_tags(inner).strip() or text


def _without_tags(text: str) -> str:
    """Return a text without its tags, and without the elements that say where an answer comes from or comment on it."""
    kept = _ELEMENT.sub(lambda element: "\n" if _SOURCE_KEY.search(element["name"]) else element.group(), text)
    return _OTHER_TAG.sub("\n", kept if any(char.isalnum() for char in _OTHER_TAG.sub("", kept)) else text)


def _without_json(text: str) -> str:
    """Return the text with a JSON object (or, if it is all of the text, a list or string) replaced by what it says."""
    if text[:1] in '["' and text[-1:] in ']"':
        try:
            return _stated(json.loads(text)) or text
        except (ValueError, RecursionError):
            return text
    start = -1
    for _ in range(_OBJECTS):
        start = text.find("{", start + 1)
        if start < 0:
            return text
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            loose = _LOOSE.match(text, start)
            if loose is None:
                continue
            value, end = {loose["key"]: loose["value"].strip()}, loose.end()
        stated = _stated(value)
        return f"{text[:start]}{stated}{text[end:]}" if stated else text
    return text


def _stated(value: object) -> str:
    """Return the text of a JSON value: its answer field, else its fields as lines of "key: value"."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        given = [inner for key, inner in value.items() if _ANSWER_KEY.search(str(key))]
        answers = list(map(_stated, given)) if any(inner is not None for inner in given) else ["null"] * bool(given)
        if any(answers):
            return "\n".join(dict.fromkeys(filter(None, answers)))
        kept = {key: inner for key, inner in value.items() if not _SOURCE_KEY.search(str(key))} or value
        return "\n".join(f"{key}: {_stated(inner)}" for key, inner in kept.items())
    if isinstance(value, Sequence):
        return "\n".join(filter(None, map(_stated, value)))
    return str(value)
