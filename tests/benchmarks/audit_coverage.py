"""Coverage of the rates and differences that an audit corrects (`eval.statistics.audited`), beside plain ones.

Run with `python -m tests.benchmarks.audit_coverage [SIMULATIONS]` (default 1000, standard error 0.7 points; minutes).
A question is right without retrieval with the probability .4, and with it .6; the second language and the second arm
repeat the first with the probability .5. A verdict is right with the grader's accuracy; in the cells "lenient" it errs
only on wrong answers, in "alike" it errs on the same questions in both arms. The sample is drawn as `kotae eval audit`
does. Plain: the same estimate with a normal interval (as of ppi_py); graded: the verdicts taken as true, with kotae's
interval of a difference.
"""

from __future__ import annotations

import sys

import numpy as np

from eval.audit.sample import allocate
from eval.statistics.audited import Audit, AuditedAnswer
from eval.statistics.paired import PairedOutcome, paired_difference

TRUTH = {"no_rag": 0.4, "rag": 0.6}
EFFECT = TRUTH["rag"] - TRUTH["no_rag"]
CELLS = (
    (0.9, "even", 40), (0.9, "even", 80), (0.9, "lenient", 40), (0.9, "alike", 40), (0.97, "even", 40)
)  # fmt: skip


def population(questions: int, languages: int, accuracy: float, kind: str, generator: np.random.Generator):
    """Answers with their true judgement, all of them judged."""
    shared = generator.random((questions, 1, 1))
    own = generator.random((questions, languages, 2))
    uniform = np.where(generator.random((questions, languages, 2)) < 0.5, shared, own)
    right = uniform < np.array([*TRUTH.values()])
    error = generator.random((questions, languages, 2)) < 1 - accuracy
    if kind == "alike":
        error = np.broadcast_to(error[:, :, :1], error.shape)
    if kind == "lenient":
        error = ~right & (generator.random(right.shape) < (1 - accuracy) / (1 - right.mean()))
    verdict = right ^ error
    return [
        AuditedAnswer(str(at[0]), arm, bool(verdict[at]), f"{arm} {verdict[at]}", bool(right[at]))
        for question in range(questions)
        for language in range(languages)
        for at, arm in (((question, language, number), name) for number, name in enumerate(TRUTH))
    ]


def sampled(answers: list[AuditedAnswer], sample: int, generator: np.random.Generator) -> list[AuditedAnswer]:
    """The answers, of which only a stratified sample keeps its judgement."""
    strata: dict[str, list[int]] = {}
    for at, answer in enumerate(answers):
        strata.setdefault(str(answer.stratum), []).append(at)
    seats = allocate({name: len(members) for name, members in strata.items()}, sample)
    kept = {int(at) for name, members in strata.items() for at in generator.choice(members, seats[name], replace=False)}
    return [
        answer if at in kept else AuditedAnswer(answer.question, answer.arm, answer.verdict, answer.stratum)
        for at, answer in enumerate(answers)
    ]


def plain(answers: list[AuditedAnswer]) -> tuple[float, float]:
    """The normal interval of the same estimate: variance between questions, and of the judgements in each stratum."""
    sign = {"no_rag": -1, "rag": 1}
    pairs = len(answers) / 2
    estimate = variance = 0.0
    strata: dict[str, list[AuditedAnswer]] = {}
    for answer in answers:
        strata.setdefault(str(answer.stratum), []).append(answer)
    for members in strata.values():
        labels = np.array([answer.right for answer in members if answer.right is not None], dtype=float)
        weight = len(members) / pairs
        estimate += sign[members[0].arm] * weight * labels.mean()
        variance += weight**2 * labels.var() / len(labels) * (1 - len(labels) / len(members))
    nets: dict[str, float] = {}
    for answer in answers:
        nets[answer.question] = nets.get(answer.question, 0.0) + sign[answer.arm] * answer.verdict
    scale = len(nets) / pairs
    variance += np.var([*nets.values()]) * scale**2 / len(nets)
    return estimate - 1.96 * variance**0.5, estimate + 1.96 * variance**0.5


def main(simulations: int) -> None:
    """Print a row for each number of questions, languages, accuracy, kind of error, and sample."""
    print(f"{simulations} simulations a cell; share of intervals that hold the truth\n")
    print("| questions | languages | accuracy | errors | sample | rate | difference | width | plain | graded |")
    print("| " + "--- | " * 10)
    cells = [(50, languages, *rest) for languages in (1, 2) for rest in CELLS] + [(200, 1, *rest) for rest in CELLS[:2]]
    for at, (questions, languages, accuracy, kind, sample) in enumerate(cells):
        generator = np.random.default_rng(at)
        hits = np.zeros(4)
        width = 0.0
        for _ in range(simulations):
            answers = sampled(population(questions, languages, accuracy, kind, generator), sample, generator)
            audit = Audit(answers, seed=int(generator.integers(1 << 30)))
            rate, difference = audit.rate("rag").interval, audit.difference("no_rag", "rag").interval
            low, high = plain(answers)
            pairs = [
                PairedOutcome(without.question, without.verdict, with_.verdict)
                for without, with_ in zip(answers[::2], answers[1::2], strict=True)
            ]
            graded = paired_difference(pairs).interval
            width += difference.high - difference.low
            hits += [
                rate.low <= TRUTH["rag"] <= rate.high,
                difference.low <= EFFECT <= difference.high,
                low <= EFFECT <= high,
                graded.low <= EFFECT <= graded.high,
            ]
        shares = hits / simulations
        print(
            f"| {questions} | {languages} | {accuracy} | {kind} | {sample} | {shares[0]:.3f} | {shares[1]:.3f} | "
            f"{width / simulations:.2f} | {shares[2]:.3f} | {shares[3]:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
