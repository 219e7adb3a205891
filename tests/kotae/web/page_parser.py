"""kotae's page as a person uses it, in the browser of `tests.kotae.web.chrome`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kotae.web.chrome import Tab

if TYPE_CHECKING:
    from tests.kotae.web.conftest import Served

ALL_ANSWERED = "document.querySelector('.pane') && !document.querySelector('.pane[aria-busy]')"


def signed_in(tab: Tab, site: Served, language: str = "en") -> Tab:
    """The page in a window of 1200 by 800; what an earlier test saw is forgotten."""
    tab.window(1200, 800)
    tab.open(site.server.address)
    tab.run("sessionStorage.clear()")
    tab.open(f"{site.base}/?lang={language}")
    tab.requests.clear()
    tab.console.clear()
    return tab


def ask(tab: Tab, question: str, how: str = "with") -> None:
    tab.click(f"input[value={how}]")
    tab.run("document.getElementById('question').value = ''; document.getElementById('question').focus()")
    tab.type(question)
    tab.press("Enter", ctrl=True)


def outside(tab: Tab, base: str) -> list[str]:
    return [address for address in tab.requests if not address.startswith(f"{base}/")]
