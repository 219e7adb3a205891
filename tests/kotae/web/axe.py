"""axe-core, which looks for what keeps people from using a page, run in the page of a tab."""

from __future__ import annotations

from importlib.metadata import distribution

from tests.kotae.web.chrome import Tab

_PACKAGE = "axe-playwright-python"
_RUN = "axe.run({rules: {'target-size': {enabled: true}}, resultTypes: ['violations']})"
"""Every rule that is on by default (WCAG 2.0 to 2.2 A and AA, best practices), and the size of targets."""
_READ = (
    "found.violations.flatMap(({id, nodes}) => nodes.map(({html, any}) => `${id}: ${html} ${any[0]?.message ?? ''}`))"
)


def violations(tab: Tab) -> list[str]:
    """The rules that the page as it is now does not keep to, each with the element."""
    if not tab.run("'axe' in window"):
        tab.run(str(distribution(_PACKAGE).locate_file("axe_playwright_python/axe.min.js").read_text("utf-8")))
    return list(tab.run(f"{_RUN}.then((found) => {_READ})"))
