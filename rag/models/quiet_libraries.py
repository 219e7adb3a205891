"""Keep the output of model libraries off stdout."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet(*, show: bool = False) -> Iterator[None]:
    """Send printed output to stderr with `show`, else discard it; suppress the warnings of libraries."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    sink = sys.stderr if show else io.StringIO()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sink):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
