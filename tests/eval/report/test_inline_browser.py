"""The block in a browser: legible in every theme, and not bent by the style of the notebook around it."""

from __future__ import annotations

import pytest

from eval.report.build import build_report
from eval.report.inline import inline_report
from tests.eval.report.test_inline import runs
from tests.kotae.web.chrome import chrome

THEMES = {
    "": "light", 'data-jp-theme-light="true"': "light", 'data-jp-theme-light="false"': "dark",
    'class="vscode-dark"': "dark", 'class="vscode-light"': "light", 'data-md-color-scheme="slate"': "dark",
}  # fmt: skip
AROUND = "td, th, tr { text-align: right } tbody tr:nth-child(odd) { background: #777 } table { margin: 0 auto }"
LOOK = """(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((v) => v / 255).map((v) =>
      v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const block = document.querySelector(".kotae"), page = getComputedStyle(block).backgroundColor;
  const ratio = (node) => {
    const [low, high] = [light(getComputedStyle(node).color), light(page)].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  };
  const row = getComputedStyle(block.querySelector("tbody tr"));
  return {
    dark: light(page) < .5,
    contrast: Math.min(...[...block.querySelectorAll("p, th, td, summary, caption")].map(ratio)),
    aligned: getComputedStyle(block.querySelector("th")).textAlign,
    row: row.backgroundColor,
    bars: [...block.querySelectorAll("rect.fill")].map((node) => node.getBoundingClientRect().width),
    wide: block.scrollWidth <= block.clientWidth,
  };
})()"""


@pytest.mark.usefixtures("browser")
def test_it_is_legible_in_every_theme(tmp_path) -> None:
    block = inline_report(build_report([runs(tmp_path)]), [tmp_path])
    with chrome(tmp_path / "profile") as tab:
        for scheme in ("light", "dark"):
            tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for mark, theme in THEMES.items():
                page = tmp_path / "page.html"
                page.write_text(
                    f'<!DOCTYPE html><meta charset="utf-8"><style>{AROUND}</style><body {mark}>{block}',
                    encoding="utf-8",
                )
                tab.open(page.as_uri())
                look = tab.run(LOOK)
                assert look["dark"] is ((theme if mark else scheme) == "dark"), (mark, scheme)
                assert look["contrast"] >= 4.5, (mark, scheme)
                assert (look["aligned"], look["row"]) == ("left", "rgba(0, 0, 0, 0)")
                assert max(look["bars"]) > 100
                assert look["wide"]
        assert not tab.console
