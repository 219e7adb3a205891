"""Bytes in a known encoding to text: Python's own codecs, and EUC-JP and ISO-2022-JP as Windows writes them."""

from __future__ import annotations

import re

EUC_JP, ISO_2022_JP = "euc_jp", "iso2022_jp"

_IBM_ROWS = range(0xF9, 0xFD)
_EUC_RUN = re.compile(
    rb"(?:[\xf9-\xfc][\xa1-\xfe])+|(?:[\x00-\x7f]|\x8f[\xa1-\xfe]{2}|[\x8e\xa1-\xf8\xfd\xfe][\xa1-\xfe])+"
)
_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_KANJI, _KANA = (b"$@", b"$B"), b"(I"


def text_in(data: bytes, encoding: str) -> str:
    """Decode all of the bytes. Raises UnicodeDecodeError, whose `start` is the first byte that does not fit."""
    if encoding == EUC_JP:
        return _euc_jp(data)
    return _iso2022_jp(data) if encoding == ISO_2022_JP else data.decode(encoding)


def last_escape(data: bytes) -> bytes | None:
    """Return the last escape of ISO-2022-JP in the bytes, in force at their end, or None."""
    found = [escape.group() for escape in _ESCAPE.finditer(data)]
    return found[-1] if found else None


def _euc_jp(data: bytes) -> str:
    """EUC-JP as Windows writes it: with 髙 and 﨑 in rows 89 to 92, where JIS X 0213 has other letters."""
    texts, at = [], 0
    for run in _EUC_RUN.finditer(data):
        if run.start() > at:
            break
        texts.append(_run(data, run.start(), run.end()))
        at = run.end()
    if at < len(data):
        raise UnicodeDecodeError(EUC_JP, data, at, at + 1, "not EUC-JP")
    return "".join(texts)


def _run(data: bytes, start: int, end: int) -> str:
    run = data[start:end]
    try:
        return _shifted(run).decode("cp932") if run[0] in _IBM_ROWS else run.decode("euc_jis_2004")
    except UnicodeDecodeError as error:
        at = start + error.start
        raise UnicodeDecodeError(EUC_JP, data, at, at + 1, error.reason) from error


def _shifted(run: bytes) -> bytes:
    """Letters of rows 63 and up in EUC-JP as Shift_JIS has them."""
    out = bytearray()
    for row, cell in zip(run[::2], run[1::2], strict=True):
        row, cell = row - 0xA0, cell - 0xA0  # noqa: PLW2901
        out.append((row - 1) // 2 + 0xC1)
        out.append(cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell >= 64))
    return bytes(out)


def _iso2022_jp(data: bytes) -> str:
    """ISO-2022-JP, also as Windows writes it, with NEC's ① and ㈱, which Python's codecs of that name refuse."""
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        texts, at, mode = [], 0, b"(B"
        for escape in _ESCAPE.finditer(data):
            texts.append(_piece(data, at, escape.start(), mode))
            at, mode = escape.end(), escape.group(1)
        return "".join([*texts, _piece(data, at, len(data), mode)])


def _piece(data: bytes, start: int, end: int, mode: bytes) -> str:
    """Decode the bytes between two escapes as EUC-JP."""
    piece = data[start:end]
    if mode in _KANJI:
        piece = bytes(byte | 0x80 if byte > 0x20 else byte for byte in piece)
    elif mode == _KANA:
        piece = b"".join(b"\x8e%c" % (byte | 0x80) if byte > 0x20 else b"%c" % byte for byte in piece)
    try:
        return _euc_jp(piece)
    except UnicodeDecodeError as error:
        at = start + (error.start // 2 if mode == _KANA else error.start)
        raise UnicodeDecodeError(ISO_2022_JP, data, at, at + 1, error.reason) from error
