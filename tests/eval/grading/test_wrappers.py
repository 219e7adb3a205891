"""What a model wraps around an answer is taken off, and nothing else."""

from __future__ import annotations

import pytest

from eval.grading.wrappers import unwrap


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        ("<think>Kyoto? No.</think>\nTokyo", "Tokyo"),
        ("<thinking>京都かな。</thinking>東京です。", "東京です。"),
        ("<|channel|>analysis<|message|>Kyoto?<|channel|>final<|message|>Tokyo", "Tokyo"),
        ("<think>cut off while think", ""),
        ('{"answer": "Tokyo", "source": "passage 1"}', "Tokyo"),
        ('{"回答": "東京", "根拠": "京都ではない"}', "東京"),
        ("{'answer': 'Tokyo'}", "Tokyo"),
        ('{"answer": false}', "false"),
        ('{"whale": "mammal", "eagle": "bird"}', "whale: mammal\neagle: bird"),
        ('["Tokyo", "Kyoto"]', "Tokyo\nKyoto"),
        ('```json\n{"answer": ["Tokyo"]}\n```', "Tokyo"),
        ("```\n東京\n```", "東京"),
        ("<result><answer>Tokyo</answer><reason>not Kyoto</reason></result>", "Tokyo"),
        ("<回答>東京</回答>", "東京"),
        ("*Tokyo*", "Tokyo"),
        ("> 東京", "東京"),
        ("\\boxed{\\text{Tokyo}}", "\\boxed{Tokyo}"),
        ("5 * 3 * 2 < 40", "5 * 3 * 2 < 40"),
        ('"Tokyo" and "Kyoto"', '"Tokyo" and "Kyoto"'),
        ("{not json", "{not json"),
        ("東京です。", "東京です。"),
    ],
)
def test_only_the_wrapping_goes(answer: str, content: str) -> None:
    assert unwrap(answer).strip() == content
