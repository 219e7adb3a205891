"""The lines of a text file that may be larger than memory, and which of them contain bytes that are not text.

The encoding is chosen by a sample, the first mebibyte of lines that tell one from another (Japanese may begin late in
a file); the lines are then read one by one, so that one that is damaged is found, named, and costs no other.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from rag.messages import Message
from rag.text.encoding_detection import (
    BOMS,
    codec_of,
    nearly_utf8,
    no_text,
    plausible,
    settled,
    utf16_without_bom,
)
from rag.text.encoding_guess import LEGACY, guess_encoding, refutes_utf8, sample
from rag.text.japanese_encodings import ISO_2022_JP, last_escape, text_in

LONGEST = 16 * 1024 * 1024
"""Maximum bytes of a line."""
_BLOCK = 1 << 18
_SAMPLE = 1 << 20
_GUESSED = 1 << 16
_SHOWN = {
    **{encoding.codec: encoding.label for encoding in LEGACY},
    "utf-8": "UTF-8",
    "cp932": "CP932",
    ISO_2022_JP: "ISO-2022-JP",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
_MARK = "kotae.mark"  # an error handler: what is not UTF-16 becomes half a surrogate pair, which is not UTF-8 either
codecs.register_error(_MARK, lambda error: ("\udcff", error.end) if isinstance(error, UnicodeDecodeError) else ("", 0))


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with its end, a newline, which the last one may lack.

    `fault` says what is wrong with its bytes ("is not UTF-8: ..."); what of it is not ASCII is then lost from `text`.
    """

    text: str
    fault: str | None = None


def read_lines(stream: BinaryIO, name: str, given: str | None = None) -> Iterator[TextLine]:
    """Yield the lines of a file that can be read more than once, with one block of it in memory.

    `given` is the encoding that the user says it has if it is not Unicode. Raises UnreadableDocument for a file whose
    sample is not text, or is in an encoding in doubt or of another language.
    """
    encoding = _encoding(stream, name, given)
    stream.seek(0)
    if encoding in {"utf-16", "utf-16-le", "utf-16-be", "utf-32"}:
        for line in _lines(_narrow(_blocks(stream), encoding)):
            yield _line(line, "utf-8", named=encoding[:6])
        return
    mode = b""
    for number, line in enumerate(_lines(_blocks(stream))):
        if number == 0:
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
        yield _line(line, encoding, mode)
        if encoding == ISO_2022_JP:
            mode = last_escape(line) or mode


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with their ends; of one that is too long, only as much as shows that it is."""
    begun = bytearray()
    for block in blocks:
        if begun.endswith(b"\r"):  # its "\n" may be in this block
            block = b"\r" + block  # noqa: PLW2901
            del begun[-1:]
        lines = block.splitlines(keepends=True)
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if lines:
            yield bytes(begun + lines[0])
            yield from lines[1:]
            begun = bytearray(rest)
        else:
            begun += rest if len(begun) <= LONGEST else rest[-1:]
    if begun:
        yield bytes(begun)


def _narrow(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 or UTF-32 as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(_MARK)
    for block in blocks:
        if text := decoder.decode(block):
            yield text.encode("utf-8", "surrogatepass")
    if rest := decoder.decode(b"", final=True):
        yield rest.encode("utf-8", "surrogatepass")


def _line(line: bytes, encoding: str, mode: bytes = b"", named: str | None = None) -> TextLine:
    """Decode a line; `mode` is the escape of ISO-2022-JP that is in force before it."""
    body = line.rstrip(b"\r\n")
    end = "\n" if len(body) < len(line) else ""
    if len(body) > LONGEST:
        return TextLine(end, f"is longer than {LONGEST:,} bytes")
    try:
        return TextLine(text_in(mode + body, encoding) + end)
    except UnicodeDecodeError as error:
        at = error.start - len(mode)
        what = f"0x{body[at]:02X}" if named is None else Message("half a letter")
        if named is not None:
            at = len(body[:at].decode().encode(f"{named}-le"))
        fault = Message(
            "is not {encoding}: its byte {number} is {byte}",
            encoding=_SHOWN.get(named or encoding, encoding),
            number=at + 1,
            byte=what,
        )
        return TextLine(body.decode("ascii", "replace") + end, fault)


def _encoding(stream: BinaryIO, name: str, given: str | None) -> str:
    head = stream.read(_SAMPLE)
    for bom, encoding in BOMS:
        if head.startswith(bom):
            if not plausible(head.decode(encoding, "replace")):
                raise no_text(head, name)
            return encoding.removesuffix("-sig")
    if b"\0" in head:
        found = utf16_without_bom(head, errors="replace")  # the sample may end within a letter
        if found is not None and plausible(found.text):
            return found.encoding
    if not plausible(head.decode("latin-1")):
        raise no_text(head, name)
    stream.seek(0)
    telling = _telling(_lines(_blocks(stream)))
    chosen = _by_lines(telling, name, given) if telling else "utf-8"
    if chosen is None:
        raise no_text(b"".join(telling), name)
    return chosen


def _telling(lines: Iterable[bytes]) -> Sequence[bytes]:
    """Return the first mebibyte of lines that are not plain ASCII."""
    found, size = [], 0
    for line in lines:
        if (not line.isascii() or b"\x1b" in line) and len(line) <= LONGEST:
            found.append(line)
            size += len(line)
            if size >= _SAMPLE:
                break
    return found


def _by_lines(lines: Sequence[bytes], name: str, given: str | None) -> str | None:
    """Return the encoding of lines, a few of which may be damaged; None if less than half of them fit any."""
    escaped = [line for line in lines if b"\x1b$" in line or b"\x1b(J" in line]
    if escaped and 2 * len(_sound(escaped, ISO_2022_JP)) >= len(lines):
        return ISO_2022_JP
    beyond_ascii = [line for line in lines if not line.isascii()]
    if 2 * len(_sound(beyond_ascii, "utf-8")) >= len(beyond_ascii) or nearly_utf8(b"".join(beyond_ascii)):
        better = None if given else refutes_utf8(sample(beyond_ascii, _GUESSED))
        return better.best.codec if better else "utf-8"
    if given:
        return codec_of(given)
    guess = guess_encoding(sample(beyond_ascii, _GUESSED))
    if guess is None:
        return None
    encoding = settled(guess, name)
    return encoding if plausible("".join(_sound(beyond_ascii, encoding))) else None


def _sound(lines: Iterable[bytes], encoding: str) -> list[str]:
    """Return the texts of the lines that fit an encoding."""
    texts = []
    for line in lines:
        with suppress(UnicodeDecodeError):
            texts.append(text_in(line, encoding))
    return texts
