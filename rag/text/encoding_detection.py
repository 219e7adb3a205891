"""From bytes to text: which of the encodings that Japanese and English files come in."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.text.encoding_guess import LEGACY, EncodingGuess, guess_encoding, is_refuted, refutes_utf8, sample
from rag.text.encoding_likelihood import japanese
from rag.text.japanese_encodings import EUC_JP, ISO_2022_JP, text_in
from rag.text.letters import KANA_BLOCK
from rag.text.other_languages import other_language

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
_MAX_CONTROL = 0.05
_MIN_ORDINARY = 0.1
_MIN_ORDINARY_OF_ASCII = 0.5  # where the bytes could as well be ASCII with zero bytes strewn in
_SAMPLE = 1 << 16

# What names of encodings mean, by Python's name for them. Browsers do the same.
_MEANT = {
    "shift_jis": "cp932",
    "euc_jp": EUC_JP,
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
}
_NOT_LEGACY = ("utf", "idna", "punycode", "unicode", "raw_unicode", "undefined", "mbcs", "oem")
_LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": EUC_JP, "x-x-big5": "big5"}  # unknown to Python
_INDEXED = frozenset(encoding.codec for encoding in LEGACY if encoding.is_read)
_DAMAGE = 10
SAVE_AS_UTF_8 = "Save it as UTF-8. (`kotae ingest` can also be told: --encoding)"


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, and the encoding that its bytes were read in."""

    text: str
    encoding: str


def decode(data: bytes, name: str, *, declared: str | None = None, given: str | None = None) -> str:
    """Return the text of a file, line ends as one newline. Raises UnreadableDocument as `reading_of` does."""
    reading = reading_of(data, name, declared=declared, given=given)
    return reading.text.replace("\r\n", "\n").replace("\r", "\n")


def reading_of(data: bytes, name: str, *, declared: str | None = None, given: str | None = None) -> DecodedText:
    """Return the text of a file, and its encoding.

    A byte order mark decides; then, where there are zero bytes, UTF-16 without one; ISO-2022-JP (by its escapes),
    UTF-8, the encoding that the user has `given`, the one that the file has `declared`, UTF-16 without zero bytes, and
    last the likeliest of others (see `rag.text.encoding_guess`).
    Raises UnreadableDocument for a binary file, for bytes that fit none of these or two equally well, for encodings of
    other languages, and for UTF-8 with a few bytes that are not (which would pass for CP932).
    """
    reading = _decoded(data, name, declared, given)
    if reading is None:
        raise no_text(data, name)
    return reading


def no_text(data: bytes, name: str) -> UnreadableDocument:
    """Return the error for bytes that are not text."""
    begins = next((encoding for bom, encoding in BOMS if data.startswith(bom)), None)
    zeros = data.count(b"\x00")
    if begins:
        what = Message(
            "This file begins like {encoding} but does not continue like it: it is cut off, or not text",
            encoding=begins,
        )
    elif zeros:
        what = Message("This file contains zero bytes ({number:,})", number=zeros)
    else:
        what = Message("This file is not in an encoding that kotae knows, or is not text")
    return UnreadableDocument(what, where=name, do=SAVE_AS_UTF_8)


def _decoded(data: bytes, name: str, declared: str | None, given: str | None) -> DecodedText | None:
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
    if reading is not None and not (given or declared):
        better = refutes_utf8(sample(data.splitlines(keepends=True), _SAMPLE)) if not data.isascii() else None
        reading = (better and _try(data, better.best.codec)) or reading
    if reading is not None:
        return _plausible(reading)
    return _as_given(data, name, given) if given else _guessed(data, name, declared)


def _as_given(data: bytes, name: str, given: str) -> DecodedText:
    try:
        return DecodedText(text_in(data, codec_of(given) or given), given)
    except UnicodeDecodeError as error:
        raise _damaged(data, name, given, error.start) from error


def _guessed(data: bytes, name: str, declared: str | None) -> DecodedText | None:
    """Read bytes that are not UTF-8."""
    lines = sample(data.splitlines(keepends=True), _SAMPLE)
    guess = guess_encoding(lines)
    codec = codec_of(declared) if declared else None
    reading = _plausible(_try(data, codec)) if codec and not is_refuted(codec, lines, guess) else None
    if reading is not None:
        if (language := other_language(reading.text)) and reading.encoding not in _INDEXED:
            what = Message(
                "This seems to be {language}, and is declared to be in {declared}; kotae reads Japanese and English",
                language=Message(language),
                declared=declared,
            )
            raise UnreadableDocument(what, where=name)
        return reading
    _refuse_damaged_utf8(data, name)
    reading = _plausible(utf16_without_bom(data))
    if reading is not None and (guess is None or japanese(reading.text[:_SAMPLE]) < guess.bits):
        return reading
    if guess is None:
        return None
    encoding = settled(guess, name)
    try:
        return _plausible(DecodedText(text_in(data, encoding), encoding))
    except UnicodeDecodeError as error:
        raise _damaged(data, name, guess.best.label, error.start) from error


def settled(guess: EncodingGuess, name: str) -> str:
    """Return the codec of a guess. Raises UnreadableDocument for one in doubt, or of another language."""
    best, rival = guess.best, guess.rival
    if rival is not None:
        raise UnreadableDocument(
            Message("It is not UTF-8, and may be {label} or {label_2}", label=best.label, label_2=rival.label),
            where=name,
            do=Message(
                "Save it as UTF-8, or name its encoding: `kotae ingest FOLDER --encoding {codec}` (or {codec_2})",
                codec=best.codec,
                codec_2=rival.codec,
            ),
        )
    if not best.is_read:
        what = Message(
            "This seems to be {language}, in {label}; kotae reads Japanese and English",
            language=Message(best.language),
            label=best.label,
        )
    else:
        return best.codec
    raise UnreadableDocument(what, where=name, do=SAVE_AS_UTF_8)


def codec_of(label: str) -> str | None:
    """Return the codec for the name of an encoding of text, as browsers understand it; None if there is none."""
    try:
        codec = codecs.lookup(_LABELS.get(label.strip().lower(), label.strip()))
        "a".encode(codec.name)
    except (LookupError, ValueError):
        return None
    return None if codec.name.startswith(_NOT_LEGACY) else _MEANT.get(codec.name, codec.name)


def _damaged(data: bytes, name: str, encoding: str, start: int) -> UnreadableDocument:
    line = data.count(b"\n", 0, start) + 1
    return UnreadableDocument(
        Message(
            "This file is {encoding} except for byte 0x{data:02X} in line {line}: it is damaged, cut off, "
            "or in another encoding",
            encoding=encoding,
            data=data[start],
            line=line,
        ),
        where=name,
        do=SAVE_AS_UTF_8,
    )


def _refuse_damaged_utf8(data: bytes, name: str) -> None:
    """Raise UnreadableDocument where all but a few of the bytes beyond ASCII are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if nearly_utf8(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise UnreadableDocument(
                Message(
                    "This file is UTF-8 except for a few bytes, the first in line {line}: it is damaged or cut off",
                    line=line,
                ),
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
    return len(_CONTROL.findall(text)) <= _MAX_CONTROL * len(text)


def _ordinary(reading: DecodedText) -> int:
    return len(_ORDINARY.findall(reading.text))


def _plausible(reading: DecodedText | None) -> DecodedText | None:
    return reading if reading is not None and plausible(reading.text) else None
