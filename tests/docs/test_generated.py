"""The pages that are made from the program are as the program is now: `python -m docs.tools` rewrites them."""

from __future__ import annotations

import pytest

from docs.tools import commands_page, messages, python_page
from tests.docs.pages import text_of


@pytest.mark.parametrize("page", [commands_page, python_page, messages], ids=lambda page: page.PATH.name)
def test_the_page_is_current(page) -> None:
    assert text_of(page.PATH) == page.render(), "run `python -m docs.tools`"


def test_every_command_has_its_section() -> None:
    text = text_of(commands_page.PATH)
    for command in ("kotae ingest", "kotae eval run", "kotae index drop", "kotae serve"):
        assert f"\n## {command}\n" in text
