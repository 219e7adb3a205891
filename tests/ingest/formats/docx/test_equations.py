"""Equations of Word as text on one line."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts, word


def r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def e(*parts: str, name: str = "e") -> str:
    return f"<m:{name}>{''.join(parts)}</m:{name}>"


def fraction(above: str, below: str) -> str:
    return f"<m:f>{e(above, name='num')}{e(below, name='den')}</m:f>"


def power(base: str, exponent: str) -> str:
    return f"<m:sSup>{e(base)}{e(exponent, name='sup')}</m:sSup>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (r("S=3.14") + power(r("r"), r("2")), "S=3.14r^2"),
        (power(r("a+b"), r("n-1")), "(a+b)^(n-1)"),
        (fraction(r("1"), r("2")), "1/2"),
        (fraction(r("a+b"), r("2a")), "(a+b)/2a"),
        (fraction(fraction(r("1"), r("x")), r("y")), "(1/x)/y"),
        (f"<m:sSub>{e(r('x'))}{e(r('i'), name='sub')}</m:sSub>", "x_i"),
        (f"<m:sSubSup>{e(r('x'))}{e(r('i'), name='sub')}{e(r('2'), name='sup')}</m:sSubSup>", "x_i^2"),
        (f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/>{e(r('x+1'))}</m:rad>", "√(x+1)"),
        (f"<m:rad>{e(r('3'), name='deg')}{e(r('x'))}</m:rad>", "√[3](x)"),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr>{e(r('i=1'), name='sub')}{e(r('n'), name='sup')}"
            f"{e(r('i'))}</m:nary>",
            "∑_(i=1)^n i",
        ),
        (f"<m:nary><m:sub/><m:sup/>{e(r('f'))}</m:nary>", "∫ f"),
        (f"<m:d>{e(r('a'))}{e(r('b'))}</m:d>", "(a|b)"),
        (f"<m:d><m:dPr><m:begChr m:val='{{'/><m:endChr m:val=''/></m:dPr>{e(r('a'))}</m:d>", "{a"),
        (f"<m:func>{e(r('sin'), name='fName')}{e(r('x'))}</m:func>", "sin(x)"),
        (
            f"<m:func><m:fName><m:limLow>{e(r('lim'))}{e(r('x→0'), name='lim')}</m:limLow></m:fName>"
            f"{e(r('x'))}</m:func>",
            "lim_(x→0)(x)",
        ),
        (f"<m:m><m:mr>{e(r('a'))}{e(r('b'))}</m:mr><m:mr>{e(r('c'))}{e(r('d'))}</m:mr></m:m>", "[a, b; c, d]"),
        (f"<m:eqArr>{e(r('x=1'))}{e(r('y=2'))}</m:eqArr>", "x=1; y=2"),
        (f"<m:box>{e(r('x'))}</m:box>", "x"),
        (f"<m:acc>{e(r('x'))}</m:acc>", "x\u0302"),
        (f"<m:bar><m:barPr><m:pos m:val='top'/></m:barPr>{e(r('x'))}</m:bar>", "x\u0305"),
    ],
)
def test_an_equation(xml: str, expected: str) -> None:
    body = f"<w:p><w:r><w:t>式は</w:t></w:r><m:oMath>{xml}</m:oMath><w:r><w:t>です。</w:t></w:r></w:p>"
    assert texts("a.docx", word(body)) == {"a.docx": f"式は{expected}です。"}
    alone = f"<w:p><m:oMathPara><m:oMath>{xml}</m:oMath></m:oMathPara></w:p>"
    assert texts("a.docx", word(alone)) == {"a.docx": expected}
