"""Guess which encoding of one language bytes are in, or find that they fit several, or none, equally well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from rag.text.encoding_likelihood import (
    japanese,
    korean,
    latin,
    one_script,
    simplified_chinese,
    traditional_chinese,
    western,
)
from rag.text.japanese_encodings import EUC_JP, text_in
from rag.text.latin_alphabets import BALTIC, CENTRAL, TURKISH, VIETNAMESE

_DOUBT = 3.0
"""In bits: the least by which the best reading must be likelier than the next."""
_REFUTED = 60.0
_LONG = 1 << 12
_FIRST_LOOKS = (1 << 8, 1 << 10, 1 << 12)
"""Bytes by which most encodings are ruled out, so that only a few read the whole sample."""
_HOPELESS = 50.0
_JAPANESE_PER_BYTE = 6.5
_RARE_IN_UTF8 = re.compile("[\u0180-\u036f\u0378-\u0383\u0530-\u058f\u0700-\u07ff]")
_IMPLAUSIBLE = 19.0
"""In bits per letter beyond ASCII; hardly any word costs that much."""
_DAMAGED_LINE = 40.0


@dataclass(frozen=True, slots=True)
class LegacyEncoding:
    """An encoding older than Unicode: its codec, its name in messages, and the language of texts that are in it.

    `cost` is what a text costs in that language (see `rag.text.encoding_likelihood`), `rarity` what the encoding does.
    """

    codec: str
    label: str
    language: str
    cost: Callable[[str], float]
    rarity: float = 0.0

    @property
    def is_read(self) -> bool:
        """True for the encodings of languages that kotae indexes."""
        return self.language in {"Japanese", "Western"}


_SCRIPTS: tuple[tuple[str, str, tuple[tuple[str, str, float], ...]], ...] = (
    (
        "Russian",
        "а-яА-ЯёЁіїєґІЇЄҐђјљњћџЂЈЉЊЋЏўЎ",
        (
            ("cp1251", "Windows-1251", 10),
            ("koi8_u", "KOI8-R", 12),
            ("iso8859_5", "ISO-8859-5", 18),
            ("cp866", "CP866", 18),
        ),
    ),
    ("Greek", "α-ωά-ώΑ-Ωΐΰϊϋ", (("cp1253", "Windows-1253", 18), ("iso8859_7", "ISO-8859-7", 20))),
    (
        "Arabic or another language in its letters",
        "ء-غف-ْپچژگکیہےں،؟٠-٩",
        (("cp1256", "Windows-1256", 18), ("iso8859_6", "ISO-8859-6", 20)),
    ),
    ("Hebrew", "א-ת", (("cp1255", "Windows-1255", 18),)),
    ("Thai", "ก-ฺเ-๙", (("cp874", "Windows-874 (TIS-620)", 18),)),
)
"""Languages that are not indexed, their letters, and the encodings of them: codec, name and rarity."""

LEGACY: tuple[LegacyEncoding, ...] = (
    LegacyEncoding("cp932", "CP932 (Shift_JIS)", "Japanese", japanese),
    LegacyEncoding(EUC_JP, "EUC-JP", "Japanese", japanese, 1),
    LegacyEncoding("cp1252", "Windows-1252", "Western", western),
    LegacyEncoding("iso8859_15", "ISO-8859-15", "Western", western, 5),
    LegacyEncoding("mac_roman", "Mac Roman", "Western", western, 7),
    LegacyEncoding("gb18030", "GB18030", "Chinese", simplified_chinese, 10),
    LegacyEncoding("big5hkscs", "Big5", "Chinese", traditional_chinese, 12),
    LegacyEncoding("cp949", "EUC-KR", "Korean", korean, 10),
    *(
        LegacyEncoding(codec, label, language, partial(one_script, letters=letters), rarity)
        for language, letters, codecs in _SCRIPTS
        for codec, label, rarity in codecs
    ),
    LegacyEncoding("cp1250", "Windows-1250", "Western", partial(latin, alphabets=CENTRAL), 10),
    LegacyEncoding("iso8859_2", "ISO-8859-2", "Western", partial(latin, alphabets=CENTRAL), 12),
    LegacyEncoding("cp1254", "Windows-1254", "Western", partial(latin, alphabets=TURKISH), 8),
    LegacyEncoding("cp1257", "Windows-1257", "Western", partial(latin, alphabets=BALTIC), 9),
    LegacyEncoding("cp1258", "Windows-1258", "Western", partial(latin, alphabets=VIETNAMESE), 20),
)


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """The likeliest encoding, what it costs, and if it is in doubt another one that is nearly as likely."""

    best: LegacyEncoding
    bits: float
    rival: LegacyEncoding | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    encoding: LegacyEncoding
    text: str
    bits: float


def guess_encoding(lines: Sequence[bytes]) -> EncodingGuess | None:
    """Return the likeliest encoding of lines of bytes that are not UTF-8, of which a few may be damaged.

    None if no reading has letters as texts have them.
    """
    if not lines:
        return None
    candidates: Sequence[LegacyEncoding] = LEGACY
    for size in _FIRST_LOOKS:
        candidates = _still_likely(candidates, lines, size)
    readings = [reading for encoding in candidates if (reading := _read(lines, encoding)) is not None]
    readings.sort(key=lambda reading: reading.bits)
    if not readings or not _is_plausible(readings[0]):
        return None
    best = readings[0]
    rivals = (other.encoding for other in readings[1:] if other.bits < best.bits + _DOUBT and other.text != best.text)
    return EncodingGuess(best.encoding, best.bits, next(rivals, None))


def _still_likely(candidates: Sequence[LegacyEncoding], lines: Sequence[bytes], size: int) -> Sequence[LegacyEncoding]:
    """Leave out the encodings that the beginnings of some lines, together about `size` bytes, make hopeless.

    None of Japanese is: a name that a list repeats may look like another language.
    """
    some = lines[:: max(1, len(lines) * 64 // size)]
    start = [line[: max(64, size // len(some))] for line in some]
    if 2 * sum(map(len, start)) > sum(map(len, lines)):
        return candidates
    readings = [reading for encoding in candidates if (reading := _read(start, encoding, cut=True)) is not None]
    least = min((reading.bits for reading in readings), default=0.0)
    return [
        reading.encoding
        for reading in readings
        if reading.encoding.language == "Japanese" or reading.bits < least + _HOPELESS
    ] or candidates


def is_refuted(codec: str, lines: Sequence[bytes], guess: EncodingGuess | None) -> bool:
    """Return whether lines are so much likelier in another encoding that a declaration of this one must be wrong."""
    reading = next((_read(lines, encoding) for encoding in LEGACY if encoding.codec == codec), None)
    return reading is not None and guess is not None and reading.bits > guess.bits + _REFUTED


def refutes_utf8(lines: Sequence[bytes]) -> EncodingGuess | None:
    """Return the Japanese encoding that lines are in although they are UTF-8 too, with rare letters; None if not.

    年 in EUC-JP has the bytes of \u01ef in UTF-8.
    """
    text = b"".join(lines).decode(errors="replace")
    rare = len(_RARE_IN_UTF8.findall(text))
    if not rare or 2 * rare < sum(letter > "\x7f" for letter in text):
        return None
    guess = guess_encoding(lines)
    beyond = sum(byte > 0x7F for line in lines for byte in line)
    sure = guess is not None and guess.best.language == "Japanese" and guess.rival is None
    ascii_bits = 4.5 * (sum(map(len, lines)) - beyond)
    return guess if sure and guess and guess.bits - ascii_bits <= _JAPANESE_PER_BYTE * beyond else None


def sample(lines: Iterable[bytes], size: int) -> list[bytes]:
    """Return the first lines that are not plain ASCII, up to `size` bytes; the last one may be cut off."""
    found, room = [], size
    for line in lines:
        if not line.isascii() and room > 0:
            found.append(line[:room])
            room -= len(line)
    return found


def _read(lines: Iterable[bytes], encoding: LegacyEncoding, *, cut: bool = False) -> _Reading | None:
    """Read lines; None if less than half of them fit."""
    texts, damaged, bits = [], 0, encoding.rarity
    for line in lines:
        try:
            texts.append(_text(line, encoding.codec, cut))
        except (UnicodeDecodeError, ValueError):
            damaged += 1
            bits += _DAMAGED_LINE + 8 * len(line)
    text = "".join(texts)
    return _Reading(encoding, text, bits + encoding.cost(text)) if damaged <= len(texts) else None


def _text(line: bytes, codec: str, cut: bool) -> str:
    """Decode a line; if it was cut off within a letter, without that one."""
    try:
        return text_in(line, codec)
    except UnicodeDecodeError as error:
        if line.endswith(b"\n") or (len(line) < _LONG and not cut) or error.start < len(line) - 4:
            raise
        return text_in(line[: error.start], codec)


def _is_plausible(reading: _Reading) -> bool:
    beyond = sum(letter > "\x7f" for letter in reading.text)
    return reading.bits - 4.5 * (len(reading.text) - beyond) <= _IMPLAUSIBLE * beyond + reading.encoding.rarity
