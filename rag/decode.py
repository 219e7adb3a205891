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
_MIN_ORDINARY_OF_ASCII = 0.5  # where the bytes could as well be ASCII with zero bytes strewn in


# What a page may declare itself to be, by Python's name for it, and what it then is read as. Browsers do the same.
_DECLARED = {
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
    "ascii": "cp1252",
}
_DAMAGE = 10
_IBM_ROWS = range(0xF9, 0xFD)
_EUC_RUN = re.compile(
    rb"(?:[\xf9-\xfc][\xa1-\xfe])+|(?:[\x00-\x7f]|\x8f[\xa1-\xfe]{2}|[\x8e\xa1-\xf8\xfd\xfe][\xa1-\xfe])+"
)
_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")


def decode(data: bytes, name: str, *, declared: str | None = None) -> str:
    """The text of a file, line ends as one newline.

    A byte order mark decides; then, where there are zero bytes, UTF-16 without one; ISO-2022-JP (by its escapes),
    UTF-8, the encoding that the file has `declared`, UTF-16 without zero bytes, and last EUC-JP or CP932, whichever
    gives fewer characters that real text does not have.
    Raises UnreadableDocument for a binary file, for bytes that fit none of these, and for UTF-8 with a few bytes that
    are not (which would pass for CP932).
    """
    text = _decoded(data, name, declared)
    if text is None:
        begins = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
        zeros = data.count(b"\x00")
        if begins:
            what = f"begins as {begins} does and does not go on so: cut off, or not text"
        else:
            what = f"holds {zeros} zero bytes" if zeros else "is in no encoding that kotae knows, or is not text"
        raise UnreadableDocument(
            f"This file {what}",
            where=name,
            do="Save it as UTF-8 (UTF-16, CP932, EUC-JP and ISO-2022-JP are read too).",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, name: str, declared: str | None) -> str | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _plausible(_try(data, encoding))
    if b"\x00" in data:
        return _plausible(_utf16_without_bom(data))
    if b"\x1b$" in data or b"\x1b(J" in data:
        text = _plausible(_try(data, "iso2022_jp_ext") or _iso2022_with_nec(data))
        if text is not None or data.isascii():
            return text
    text = _try(data, "utf-8")
    return _guessed(data, name, declared) if text is None else _plausible(text)


def _guessed(data: bytes, name: str, declared: str | None) -> str | None:
    """The text of bytes that are not UTF-8."""
    text = _plausible(_as_declared(data, declared))
    if text is not None:
        return text
    _refuse_damaged_utf8(data, name)
    text = _plausible(_utf16_without_bom(data))
    if text is not None:
        return text
    guesses = [guess for guess in (_euc_jp(data), _try(data, "cp932")) if guess is not None]
    return _plausible(min(guesses, key=_suspects)) if guesses else None


def _as_declared(data: bytes, declared: str | None) -> str | None:
    try:
        encoding = _DECLARED.get(codecs.lookup(declared).name) if declared else None
    except LookupError:
        return None
    return (_euc_jp(data) if encoding == "euc_jp" else _try(data, encoding)) if encoding else None


def _euc_jp(data: bytes) -> str | None:
    """EUC-JP as Windows writes it: with 髙 and 﨑 in rows 89 to 92, where JIS X 0213 has other letters."""
    runs = _EUC_RUN.findall(data)
    if sum(map(len, runs)) < len(data):
        return None
    texts = [_try(_shifted(run), "cp932") if run[0] in _IBM_ROWS else _try(run, "euc_jis_2004") for run in runs]
    return None if None in texts else "".join(text or "" for text in texts)


def _shifted(run: bytes) -> bytes:
    """Letters of rows 63 and up in EUC-JP as Shift_JIS has them."""
    out = bytearray()
    for row, cell in zip(run[::2], run[1::2], strict=True):
        row, cell = row - 0xA0, cell - 0xA0  # noqa: PLW2901
        out.append((row - 1) // 2 + 0xC1)
        out.append(cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell >= 64))
    return bytes(out)


def _iso2022_with_nec(data: bytes) -> str | None:
    """ISO-2022-JP as Windows writes it, with NEC's ① and ㈱, which Python's codecs of that name refuse."""
    first, *rest = _ESCAPE.split(data)
    pieces = [first]
    for escape, piece in zip(rest[::2], rest[1::2], strict=True):
        lines = [bytes(byte | 0x80 for byte in line) for line in piece.split(b"\n")]
        if escape in {b"$@", b"$B"}:
            pieces.append(b"\n".join(lines))
        elif escape == b"(I":
            pieces.append(b"\n".join(b"".join(b"\x8e%c" % byte for byte in line) for line in lines))
        else:
            pieces.append(piece)
    return _euc_jp(b"".join(pieces))


def _refuse_damaged_utf8(data: bytes, name: str) -> None:
    """Raise UnreadableDocument where all but a few of the bytes beyond ASCII are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        text = data.decode(errors="replace")
        damaged = text.count("\ufffd")
        if sum(1 for letter in text if letter > "\x7f") - damaged >= _DAMAGE * damaged:
            line = data.count(b"\n", 0, error.start) + 1
            raise UnreadableDocument(
                f"This file is UTF-8 but for a few bytes, the first in line {line}: damaged or cut off",
                where=name,
                do="Save it as UTF-8 again.",
            ) from error


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        return None


def _utf16_without_bom(data: bytes) -> str | None:
    readings = [text for text in (_try(data, "utf-16-le"), _try(data, "utf-16-be")) if text and "\x00" not in text]
    best = max(readings, key=_ordinary, default="")
    needed = _MIN_ORDINARY_OF_ASCII if data.isascii() else _MIN_ORDINARY
    return best if best and _ordinary(best) >= needed * len(best) else None


def _ordinary(text: str) -> int:
    return len(_ORDINARY.findall(text))


def _suspects(text: str) -> int:
    return len(_SUSPECT.findall(text))


def _plausible(text: str | None) -> str | None:
    """The text, unless too much of it is control characters to be one."""
    if text is None or len(_CONTROL.findall(text)) > _MAX_SUSPECT * len(text):
        return None
    return text
