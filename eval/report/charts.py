"""Charts of the HTML report as inline SVG, with geometry in per cent of the width, so that text keeps its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.report.abstention import AbstentionCounts
from eval.report.breakdown import RetrievalSplit
from eval.statistics.paired import Rate

CUTS: tuple[float, ...] = tuple(cut / 100 for cut in range(70, 101))
"""Thresholds of the sweep, 0.70 to 1.00."""

_WIDTH = 93.0  # per cent of the sweep's width; the rest is for the labels of its counts
_TOP, _HEIGHT = 8, 200  # of the sweep's plot, in CSS pixels


@dataclass(frozen=True, slots=True)
class Sweep:
    """The historical score of one condition's answers at each threshold of CUTS, against the verdicts of the rules.

    `passing` counts the answers with at least that cosine, `agreed` those of them that the rules call correct too;
    `correct` counts what the rules call correct of all `total`, scored or not.
    """

    condition: str
    passing: tuple[int, ...]
    agreed: tuple[int, ...]
    correct: int
    scored: int
    total: int

    @property
    def nearest(self) -> int:
        """The index in CUTS at which the number passing is closest to the number correct by the rules."""
        return min(range(len(CUTS)), key=lambda at: abs(self.passing[at] - self.correct))


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer in a sweep: its cosine, if any, and whether the rules call it correct."""

    cosine: float | None
    correct: bool


def sweep(condition: str, answers: Sequence[Scored]) -> Sweep:
    """Count one condition's answers at each of CUTS; an answer without a score passes none of them."""
    passing = [[answer for answer in answers if answer.cosine is not None and answer.cosine >= cut] for cut in CUTS]
    return Sweep(
        condition=condition,
        passing=tuple(len(passed) for passed in passing),
        agreed=tuple(sum(answer.correct for answer in passed) for passed in passing),
        correct=sum(answer.correct for answer in answers),
        scored=sum(answer.cosine is not None for answer in answers),
        total=len(answers),
    )


def bar(rate: Rate, condition: str) -> Markup:
    """Draw a bar from 0 to 100 % with the interval of the rate over it."""
    low, high = 100 * rate.interval.low, 100 * rate.interval.high
    grid = Markup("").join(
        Markup('<line class="grid" x1="{0}%" x2="{0}%" y1="0" y2="22"/>').format(x) for x in (25, 50, 75)
    )
    return Markup(
        '<svg class="bar" width="100%" height="22" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="12" y="5"/>{grid}'
        '<rect class="fill {condition}" width="{value:.2f}%" height="12" y="5"/>'
        '<line class="interval" x1="{low:.2f}%" x2="{high:.2f}%" y1="11" y2="11"/>'
        '<line class="interval" x1="{low:.2f}%" x2="{low:.2f}%" y1="7" y2="15"/>'
        '<line class="interval" x1="{high:.2f}%" x2="{high:.2f}%" y1="7" y2="15"/></svg>'
    ).format(grid=grid, condition=condition, value=100 * (rate.value or 0.0), low=low, high=high)


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a stacked bar: the name of its colour, and its count."""

    name: str
    count: int


def causes(split: RetrievalSplit) -> Markup:
    """Draw the causes of the answers that are not correct as parts of a bar for all questions."""
    parts = (
        BarPart("retrieval", split.retrieval_missed), BarPart("model", split.model_missed),
        BarPart("grading", split.grading_refused), BarPart("failed", split.failed), BarPart("missing", split.missing),
    )  # fmt: skip
    return stack(parts, split.total)


def outcomes(counts: AbstentionCounts) -> Markup:
    """Draw what was answered right, declined, and answered wrong or invented as parts of a bar for all questions."""
    parts = (
        BarPart("right", counts.right + counts.from_memory), BarPart("rightly", counts.declined),
        BarPart("declined", counts.over_refusals.correct), BarPart("wrong", counts.wrong),
        BarPart("invented", counts.invented.correct),
    )  # fmt: skip
    return stack(parts, counts.over_refusals.total + counts.invented.total)


def stack(parts: Sequence[BarPart], total: int) -> Markup:
    """Draw counts as parts of a bar for `total`."""
    drawn, start = [], 0.0
    for part in parts:
        width = 100 * part.count / (total or 1)
        drawn.append(
            Markup('<rect class="cause {}" x="{:.2f}%" width="{:.2f}%" height="12" y="5"/>').format(
                part.name, start, width
            )
        )
        start += width
    return Markup(
        '<svg class="stack" width="100%" height="22" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="12" y="5"/>{}</svg>'
    ).format(Markup("").join(drawn))


def sweep_chart(sweeps: Sequence[Sweep], label: str, axis: str) -> Markup:
    """Draw the counts over the thresholds, a line for each condition, and dashed the counts of the rules."""
    most = max((sweep.total for sweep in sweeps), default=0) or 1
    parts = [
        Markup(
            '<svg class="sweep" width="100%" height="{}" role="img" aria-label="{}">'
            '<svg x="0" y="{}" width="{}%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none">'
        ).format(_TOP + _HEIGHT + 44, label, _TOP, _WIDTH, _HEIGHT)
    ]
    ticks = _ticks(most)
    line = Markup('<line class="grid" x1="0" x2="100" y1="{0:.2f}" y2="{0:.2f}"/>')
    parts += [line.format(_y(count, most)) for count in ticks]
    for sweep in sweeps:
        points = " ".join(f"{_x(at):.2f},{_y(count, most):.2f}" for at, count in enumerate(sweep.passing))
        parts.append(
            Markup(
                '<line class="ladder {0}" x1="0" x2="100" y1="{1:.2f}" y2="{1:.2f}"/>'
                '<polyline class="score {0}" points="{2}"/>'
            ).format(sweep.condition, _y(sweep.correct, most), points)
        )
    parts.append(Markup("</svg>"))
    for sweep in sweeps:
        x, y = _WIDTH * _x(sweep.nearest) / 100, _TOP + _HEIGHT * _y(sweep.passing[sweep.nearest], most) / 100
        parts.append(Markup('<circle class="{}" cx="{:.2f}%" cy="{:.1f}" r="4.5"/>').format(sweep.condition, x, y))
    parts += [
        Markup('<text x="{:.1f}%" y="{:.1f}">{}</text>').format(
            _WIDTH + 1, _TOP + _HEIGHT * _y(count, most) / 100 + 4, count
        )
        for count in ticks
    ]
    for at in range(0, len(CUTS), 5):
        anchor = "start" if at == 0 else "middle"
        parts.append(
            Markup('<text x="{:.2f}%" y="{}" text-anchor="{}">{:.2f}</text>').format(
                _WIDTH * _x(at) / 100, _TOP + _HEIGHT + 18, anchor, CUTS[at]
            )
        )
    parts.append(
        Markup('<text x="{:.1f}%" y="{}" text-anchor="middle">{}</text></svg>').format(
            _WIDTH / 2, _TOP + _HEIGHT + 38, axis
        )
    )
    return Markup("").join(parts)


def _x(at: int) -> float:
    """Return the x coordinate of a threshold, 0 (left) to 100."""
    return 100 * at / (len(CUTS) - 1)


def _y(count: int, most: int) -> float:
    """Return the y coordinate of a count, 0 (top, `most`) to 100."""
    return 100 * (1 - count / most)


def _ticks(most: int) -> list[int]:
    """Return 0, `most` and round steps between, at most six in all and none too close to `most`."""
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    step = next(step for step in steps if most / step <= 5)
    inner = [count for count in range(0, most, step) if most - count > step / 2]
    return [*inner, most]
