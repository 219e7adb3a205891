"""Equations of web pages and books."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E=mc^2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msqrt><mn>2</mn><mi>g</mi><mi>h</mi></msqrt>", "√(2gh)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "√[3](x)"),
        ("<msub><mi>v</mi><mrow><mi>m</mi><mi>a</mi><mi>x</mi></mrow></msub>", "v_max"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑_(i=1)^n"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x¯"),
        ("<mtable><mtr><mtd>1</mtd><mtd>0</mtd></mtr><mtr><mtd>0</mtd><mtd>1</mtd></mtr></mtable>", "[1, 0; 0, 1]"),
        ("<semantics><mi>y</mi><annotation>\\upsilon</annotation></semantics><mphantom><mn>9</mn></mphantom>", "y"),
        ("<mi>f</mi><mo>\u2061</mo><mfenced><mi>x</mi><mi>y</mi></mfenced>", "f(x, y)"),
    ],
)
def test_equations(inner: str, text: str) -> None:
    html = f"<p>式<math>{inner}</math>を使う。</p>"
    assert texts("a.html", html.encode()) == {"a.html": f"式{text}を使う。"}


@pytest.mark.parametrize("before", [True, False], ids=["KaTeX", "MathJax"])
def test_letters_that_draw_an_equation_are_not_read_again(before: bool) -> None:
    equation = "<span><math><msup><mi>r</mi><mn>2</mn></msup></math></span>"
    drawn = '<span aria-hidden="true">r2</span>'
    pair = equation + drawn if before else drawn + equation
    assert texts("a.html", f"<p>面積は<i>{pair}</i>。</p>".encode()) == {"a.html": "面積はr^2。"}


def test_deep_equations_are_read() -> None:
    html = f"<p>深さ<math>{'<mrow>' * 300}<mi>z</mi>{'</mrow>' * 300}</math></p>"
    assert texts("a.html", html.encode()) == {"a.html": "深さz"}
