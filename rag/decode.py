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
# What texts are mostly made of, and bytes of another encoding, read as UTF-16, hardly give: ASCII, kana, 、。.
_ORDINARY = re.compile(r"[\t\n\r -~\u3000-\u3002\u3041-\u30ff]")
_MAX_SUSPECT = 0.05
_MIN_ORDINARY = 0.1


def decode(data: bytes, name: str) -> str:
    """The text of a file, line ends as one newline.

    A byte order mark decides; then, where there are zero bytes, UTF-16 without one; ISO-2022-JP (by its escapes),
    UTF-8, UTF-16 without zero bytes, and last EUC-JP or CP932, whichever gives fewer characters that real text does
    not have.
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
    text = _plausible(_utf16_without_bom(data))
    if text is not None:
        return text
    guesses = [guess for guess in (_try(data, "euc_jis_2004"), _try(data, "cp932")) if guess is not None]
    return _plausible(min(guesses, key=_suspects)) if guesses else None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        return None


def _utf16_without_bom(data: bytes) -> str | None:
    readings = [text for text in (_try(data, "utf-16-le"), _try(data, "utf-16-be")) if text and "\x00" not in text]
    best = max(readings, key=_ordinary, default="")
    return best if best and _ordinary(best) >= _MIN_ORDINARY * len(best) else None


def _ordinary(text: str) -> int:
    return len(_ORDINARY.findall(text))


def _suspects(text: str) -> int:
    return len(_SUSPECT.findall(text))


def _plausible(text: str | None) -> str | None:
    """The text, unless too much of it is control characters to be one."""
    if text is None or len(_CONTROL.findall(text)) > _MAX_SUSPECT * len(text):
        return None
    return text
