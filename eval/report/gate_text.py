"""A gate in words, as Markdown for a pull request, and as JUnit XML for a CI system."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from eval.report.gate import Flip, Gate
from eval.report.names import counted
from eval.report.sentences import p_text, percent, points, points_interval, total_text
from eval.statistics.paired import needed_questions
from eval.statistics.tolerance import Change
from rag.messages import Message, in_context, translated
from rag.records import Language
from rag.text.terminal_text import one_line

MOST_FLIPS: Final = 50
_OPENING: Final[dict[Language, dict[Change, str]]] = {
    "en": {"better": "Better", "no worse": "No worse", "worse": "Worse", "undecided": "Undecided"},
    "ja": {
        "better": "改善しています",
        "no worse": "劣化していません",
        "worse": "劣化しています",
        "undecided": "判定できません",
    },
}


def gate_sentence(gate: Gate, language: Language = "en") -> str:
    """Say the outcome: "No worse: 120 → 121 of 200 (+0.5 points, 95 % interval -2.1 to +3.2, p = 0.754; ...)"."""
    cell = gate.comparison
    estimate = cell.difference.estimate
    change = "" if estimate is None else points(estimate)
    interval = points_interval(cell.difference.interval, language)
    opening, total = _OPENING[language][gate.change], total_text(cell, language)
    if language == "ja":
        limits = f"許容する低下 {percent(gate.max_drop)} ポイント"
        limits += f"、求める改善 {percent(gate.min_gain)} ポイント" if gate.min_gain else ""
        return (
            f"{opening}：{total}中 {cell.baseline.correct} → {cell.treatment.correct} 正解（{change} ポイント、"
            f"{interval}、{p_text(cell.p)}。改善 {cell.fixed}、悪化 {cell.broken}。{limits}）。"
        )
    limits = f"tolerated drop {percent(gate.max_drop)} points"
    limits += f", gain asked for {percent(gate.min_gain)} points" if gate.min_gain else ""
    return (
        f"{opening}: {cell.baseline.correct} → {cell.treatment.correct} of {total} "
        f"({change} points, {interval}, {p_text(cell.p)}; {cell.fixed} fixed, {cell.broken} broken; {limits})."
    )


def outlook(gate: Gate, language: Language = "en") -> str:
    """Say what would decide an undecided comparison; empty for a decided one."""
    cell = gate.comparison
    if gate.change != "undecided" or cell.difference.estimate is None:
        return ""
    low, high = cell.difference.interval.low, cell.difference.interval.high
    japanese = language == "ja"
    text = f"The difference may be anything from {points(low)} to {points(high)} points."
    if japanese:
        text = f"差は {points(low)} から {points(high)} ポイントのどこでもありえます。"
    if low > -1 and gate.max_drop < -low:
        drop = f"{-100 * low:.1f}"
        text += (
            f"許容する低下が {drop} ポイントなら合格です。"
            if japanese
            else f" A tolerated drop of {drop} points would accept it."
        )
    per_question = (cell.fixed - cell.broken) / cell.questions
    if per_question:
        needed = needed_questions(per_question, max(cell.spread, per_question**2))
        if needed > cell.questions and japanese:
            text += f"真の差が観測値どおりなら、約 {needed:,} 問あれば 80% の検出力で示せます。"
        elif needed > cell.questions:
            text += (
                f" If the true difference is as large as the one seen, a set of about {needed:,} questions would show "
                "it with a power of 80 %."
            )
    return text


def as_markdown(gate: Gate, language: Language = "en") -> str:
    """Return the outcome and the flips with both answers, for a pull request or a job's summary."""
    lines = [f"### {one_line(gate.base)} → {one_line(gate.new)}", "", f"**{_md(gate_sentence(gate, language))}**", ""]
    lines += [text for text in (_md(outlook(gate, language)), _md(_left_out(gate, language))) if text]
    headers = [in_context("column", name, language).capitalize() for name in ("question", "Reference", "before", "now")]
    for fixed, title in ((False, Message("broken")), (True, Message("fixed"))):
        flips = [flip for flip in gate.flips if flip.fixed is fixed]
        if flips:
            lines += [
                "",
                f"#### {translated(title, language).capitalize()}: {len(flips)}",
                "",
                f"| {' | '.join(headers)} |",
                "| --- | --- | --- | --- |",
            ]
            lines += [_row(flip) for flip in flips[:MOST_FLIPS]]
        if len(flips) > MOST_FLIPS:
            more = Message("{count} more are in the runs.", count=len(flips) - MOST_FLIPS)
            lines += ["", translated(more, language)]
    return "\n".join(lines) + "\n"


def as_junit(gate: Gate, *, strict: bool = False) -> str:
    """Return JUnit XML with one test case for the outcome; with `strict`, undecided is a failure too."""
    failed = gate.change == "worse" or (strict and gate.change == "undecided")
    suite = ElementTree.Element(
        "testsuite", name="kotae eval compare", tests="1", failures=str(int(failed)), errors="0"
    )
    suite.set("skipped", str(int(gate.change == "undecided" and not strict)))
    case = ElementTree.SubElement(suite, "testcase", classname=_xml(gate.base), name=_xml(gate.new), time="0")
    message = _xml(f"{gate_sentence(gate)} {outlook(gate)}".strip())
    if failed:
        ElementTree.SubElement(case, "failure", message=message, type=gate.change)
    elif gate.change == "undecided":
        ElementTree.SubElement(case, "skipped", message=message)
    ElementTree.SubElement(case, "system-out").text = _xml("\n".join([message, *map(changed_line, gate.flips)]))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _left_out(gate: Gate, language: Language) -> str:
    counts = ((gate.only_base, gate.base), (gate.only_new, gate.new))
    if language == "ja":
        sides = "、".join(f"{name} の {number:,} 件" for number, name in counts if number)
        return f"相手に同じ質問がない回答は比較していません：{sides}。" if sides else ""
    parts = [f"{counted(number, 'answer')} of {name}" for number, name in counts if number]
    return f"Not compared, as the other has no such question: {' and '.join(parts)}." if parts else ""


def _row(flip: Flip) -> str:
    cells = (f"{flip.new.item.number}. {flip.new.question}", flip.new.reference, flip.base.answer, flip.new.answer)
    return "| " + " | ".join(_md(cell) for cell in cells) + " |"


def changed_line(flip: Flip) -> Message:
    """Return a flip in one line: "broken 12 (ja): question | 'before' -> 'now'"."""
    return Message(
        "{change} {number}: {question} | '{before}' -> '{now}'",
        change=Message("fixed") if flip.fixed else Message("broken"),
        number=f"{flip.new.item.number} ({flip.new.language})",
        question=one_line(flip.new.question),
        before=one_line(flip.base.answer),
        now=one_line(flip.new.answer),
    )


def _md(text: str) -> str:
    """Neutralise what Markdown or HTML in a cell would act on."""
    return "".join(f"&#{ord(char)};" if char in "\\`*_[]<>|#&" else char for char in one_line(text))


def _xml(text: str) -> str:
    return "".join(char for char in text if char in "\t\n" or (char.isprintable() and not 0xD800 <= ord(char) < 0xE000))
