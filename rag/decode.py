"""From bytes to text: which of the encodings that Japanese and English files come in."""

from __future__ import annotations

import codecs
import re

from rag.errors import UnreadableDocument

# Characters that are rare in real text and common where bytes are read in the wrong encoding:
# half-width katakana, private use, replacement, and control characters other than tab, newline and form feed.
_SUSPECT = re.compile(r"[｡-ﾟ\ue000-\uf8ff\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_SUSPECT = 0.05


def decode(data: bytes, name: str) -> str:
    """The text of a file, line ends as one newline.

    A byte order mark decides; then UTF-16 without one (told by its zero bytes), ISO-2022-JP (by its escapes), UTF-8,
    and last EUC-JP or CP932, whichever gives fewer characters that real text does not have.
    Raises UnreadableDocument for a binary file and for bytes that fit none of these.
    """
    text = _decoded(data)
    if text is None:
        raise UnreadableDocument(
            "This file is in no encoding that kotae knows, or is not text",
            where=name,
            do="Save it as UTF-8 (UTF-16, CP932, EUC-JP and ISO-2022-JP are read too).",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _plausible(_try(data, encoding))
    if b"\x00" in data:
        return _plausible(_utf16_without_bom(data))
    if b"\x1b$" in data or b"\x1b(J" in data:
        text = _plausible(_try(data, "iso2022_jp_ext"))
        if text is not None:
            return text
    text = _try(data, "utf-8")
    if text is not None:
        return _plausible(text)
    guesses = [guess for guess in (_try(data, "euc_jis_2004"), _try(data, "cp932")) if guess is not None]
    return _plausible(min(guesses, key=_suspects)) if guesses else None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        return None


def _utf16_without_bom(data: bytes) -> str | None:
    even, odd = data[::2].count(0), data[1::2].count(0)
    text = _try(data, "utf-16-le" if odd > even else "utf-16-be")
    return None if text is None or "\x00" in text else text


def _suspects(text: str) -> int:
    return len(_SUSPECT.findall(text))


def _plausible(text: str | None) -> str | None:
    """The text, unless too much of it is control characters to be one."""
    if text is None or len(_CONTROL.findall(text)) > _MAX_SUSPECT * len(text):
        return None
    return text
