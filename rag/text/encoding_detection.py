"""From bytes to text: which of the encodings that Japanese and English files come in."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from rag.errors import UnreadableDocument
from rag.text.japanese_encodings import EUC_JP, ISO_2022_JP, text_in
from rag.text.letters import KANA_BLOCK

# Characters that are rare in real text and common where bytes are read in the wrong encoding:
# half-width katakana, private use, replacement, and control characters other than tab, newline and form feed.
_SUSPECT = re.compile(r"[｡-ﾟ\ue000-\uf8ff\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What texts are mostly made of, and bytes of another encoding, read as UTF-16, hardly give: ASCII, kana, 、。.
_ORDINARY = re.compile(rf"[\t\n\r -~\u3000-\u3002{KANA_BLOCK}]")
_MAX_SUSPECT = 0.05
_MIN_ORDINARY = 0.1
_MIN_ORDINARY_OF_ASCII = 0.5  # where the bytes could as well be ASCII with zero bytes strewn in


# What a page may declare itself to be, by Python's name for it, and what it then is read as. Browsers do the same.
_DECLARED = {
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": EUC_JP,
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
    "ascii": "cp1252",
}
_DAMAGE = 10


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, and the encoding that its bytes were read in."""

    text: str
    encoding: str


def decode(data: bytes, name: str, *, declared: str | None = None) -> str:
    """Return the text of a file, line ends as one newline. Raises UnreadableDocument as `reading_of` does."""
    return reading_of(data, name, declared=declared).text.replace("\r\n", "\n").replace("\r", "\n")


def reading_of(data: bytes, name: str, *, declared: str | None = None) -> DecodedText:
    """Return the text of a file, and its encoding.

    A byte order mark decides; then, where there are zero bytes, UTF-16 without one; ISO-2022-JP (by its escapes),
    UTF-8, the encoding that the file has `declared`, UTF-16 without zero bytes, and last EUC-JP or CP932, whichever
    gives fewer characters that real text does not have.
    Raises UnreadableDocument for a binary file, for bytes that fit none of these, and for UTF-8 with a few bytes that
    are not (which would pass for CP932).
    """
    reading = _decoded(data, name, declared)
    if reading is None:
        raise no_text(data, name)
    return reading


def no_text(data: bytes, name: str) -> UnreadableDocument:
    """Return the error for bytes that are not text."""
    begins = next((encoding for bom, encoding in BOMS if data.startswith(bom)), None)
    zeros = data.count(b"\x00")
    if begins:
        what = f"begins like {begins} but does not continue like it: it is cut off, or not text"
    else:
        what = f"contains zero bytes ({zeros:,})" if zeros else "is not in an encoding that kotae knows, or is not text"
    return UnreadableDocument(
        f"This file {what}", where=name, do="Save it as UTF-8 (UTF-16, CP932, EUC-JP and ISO-2022-JP are read too)."
    )


def _decoded(data: bytes, name: str, declared: str | None) -> DecodedText | None:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _plausible(_try(data, encoding))
    if b"\x00" in data:
        return _plausible(utf16_without_bom(data))
    if b"\x1b$" in data or b"\x1b(J" in data:
        reading = _plausible(_try(data, ISO_2022_JP))
        if reading is not None or data.isascii():
            return reading
    reading = _try(data, "utf-8")
    return _guessed(data, name, declared) if reading is None else _plausible(reading)


def _guessed(data: bytes, name: str, declared: str | None) -> DecodedText | None:
    """Read bytes that are not UTF-8."""
    reading = _plausible(_as_declared(data, declared))
    if reading is not None:
        return reading
    _refuse_damaged_utf8(data, name)
    reading = _plausible(utf16_without_bom(data))
    if reading is not None:
        return reading
    guesses = [guess for guess in (_try(data, EUC_JP), _try(data, "cp932")) if guess is not None]
    return _plausible(min(guesses, key=lambda guess: suspects(guess.text))) if guesses else None


def _as_declared(data: bytes, declared: str | None) -> DecodedText | None:
    try:
        encoding = _DECLARED.get(codecs.lookup(declared).name) if declared else None
    except LookupError:
        return None
    return _try(data, encoding) if encoding else None


def _refuse_damaged_utf8(data: bytes, name: str) -> None:
    """Raise UnreadableDocument where all but a few of the bytes beyond ASCII are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if nearly_utf8(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise UnreadableDocument(
                f"This file is UTF-8 except for a few bytes, the first in line {line}: it is damaged or cut off",
                where=name,
                do="Save it as UTF-8 again.",
            ) from error


def nearly_utf8(data: bytes) -> bool:
    """Return whether all but a few of the bytes beyond ASCII are UTF-8."""
    text = data.decode(errors="replace")
    damaged = text.count("\ufffd")
    return sum(1 for letter in text if letter > "\x7f") - damaged >= _DAMAGE * damaged


def _try(data: bytes, encoding: str) -> DecodedText | None:
    try:
        return DecodedText(text_in(data, encoding), encoding)
    except (UnicodeDecodeError, ValueError):
        return None


def utf16_without_bom(data: bytes, errors: str = "strict") -> DecodedText | None:
    """Read as UTF-16 in the byte order that gives the more ordinary text; None if neither does."""
    readings = []
    for encoding in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            readings.append(DecodedText(data.decode(encoding, errors), encoding))
    readings = [guess for guess in readings if "\x00" not in guess.text]
    best = max(readings, key=_ordinary, default=None)
    needed = _MIN_ORDINARY_OF_ASCII if data.isascii() else _MIN_ORDINARY
    return best if best and best.text and _ordinary(best) >= needed * len(best.text) else None


def plausible(text: str) -> bool:
    """Return whether not too much of a text is control characters to be one."""
    return len(_CONTROL.findall(text)) <= _MAX_SUSPECT * len(text)


def _ordinary(reading: DecodedText) -> int:
    return len(_ORDINARY.findall(reading.text))


def suspects(text: str) -> int:
    """Count how many characters of a text are such as real text hardly has."""
    return len(_SUSPECT.findall(text))


def _plausible(reading: DecodedText | None) -> DecodedText | None:
    return reading if reading is not None and plausible(reading.text) else None
