"""A font of boxes that stands in for one that is not in a PDF.

PDFium knows the letters of such a font, but passes over those that cover no area: single letters, and vertical or
turned lines. A font of the machine does not help: it may take the numbers of glyphs for others, and files would be read
differently on different machines. In the font of boxes every letter is a square.
"""

from __future__ import annotations

import ctypes
import re
import struct
from functools import cache
from typing import Any, Final

_HANDLE: Final = 0x6B6F7461
_COLLECTION: Final = int.from_bytes(b"ttcf", "big")
_EASTERN: Final = frozenset({128, 129, 134, 136})
"""Character sets of Windows: Japanese, Korean, Chinese. PDFium has Latin fonts of its own."""
_LATIN: Final = re.compile(
    r"(?:[A-Z]{6}\+)?(?:Helvetica|Arial|Times|Courier|Symbol|ZapfDingbats|Calibri|Cambria|Candara|Consolas|Constantia|"
    r"Corbel|Century|Comic|Franklin|Garamond|Georgia|Gill|Impact|Lucida|Palatino|Book|Rockwell|Segoe|Tahoma|Trebuchet|"
    r"Verdana|Wingdings)",
    re.I,
)
_EM, _ASCENT, _DESCENT, _EDGE = 1000, 880, -120, 60
_GLYPHS: Final = 0xFFFF


@cache
def use_stand_in() -> None:
    """Have PDFium use the font of boxes from now on, whatever the machine has, but for Latin fonts."""
    import pypdfium2

    class _Fonts(pypdfium2.PdfSysfontBase):  # type: ignore[misc]
        def MapFont(self, _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> Any:  # noqa: N802
            name = ctypes.cast(face, ctypes.c_char_p).value or b""
            if charset in _EASTERN or not _LATIN.match(name.decode("latin-1")):
                return _HANDLE
            return self.default.MapFont(self.default, weight, italic, charset, pitch, face, exact)

        def GetFontData(self, _: Any, handle: Any, table: int, buffer: Any, size: int) -> int:  # noqa: N802
            if handle != _HANDLE:
                return int(self.default.GetFontData(self.default, handle, table, buffer, size))
            if table == _COLLECTION:
                return 0
            data = font_of_boxes()
            if buffer and size >= len(data):
                ctypes.memmove(buffer, data, len(data))
            return len(data)

        def GetFaceName(self, _: Any, handle: Any, buffer: Any, size: int) -> int:  # noqa: N802
            return 0 if handle == _HANDLE else int(self.default.GetFaceName(self.default, handle, buffer, size))

        def GetFontCharset(self, _: Any, handle: Any) -> int:  # noqa: N802
            return 1 if handle == _HANDLE else int(self.default.GetFontCharset(self.default, handle))

        def DeleteFont(self, _: Any, handle: Any) -> None:  # noqa: N802
            if handle != _HANDLE:
                self.default.DeleteFont(self.default, handle)

    try:
        _Fonts().setup()
    except pypdfium2.PdfiumError:  # this system has no fonts to add one to
        return


@cache
def font_of_boxes() -> bytes:
    """Return a TrueType font in which every letter is a square."""
    box = struct.pack(">hhhhh", 1, _EDGE, _DESCENT, _EM - _EDGE, _ASCENT)
    box += struct.pack(">HH", 3, 0) + bytes([1] * 4)
    xs, ys = (_EDGE, 0, _EM - 2 * _EDGE, 0), (_DESCENT, _ASCENT - _DESCENT, 0, _DESCENT - _ASCENT)
    box += struct.pack(">8h", *xs, *ys)
    box += bytes(-len(box) % 4)
    half = len(box) // 2
    # Some files ask for glyphs by their numbers. FreeType takes a glyph that ends before it begins to go on to the end
    # of all: every glyph is one of the two boxes.
    places = [half * (glyph % 2) for glyph in range(_GLYPHS + 1)]
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, _EM, 400, 5, 0) + bytes(68) + struct.pack(">HH", 0x20, 0xFFFF) + bytes(18),
        b"cmap": _cmap(),
        b"glyf": box + box,
        b"head": struct.pack(">IIIIHH", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM)
        + bytes(16)
        + struct.pack(">hhhhHHhhh", 0, _DESCENT, _EM, _ASCENT, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">IhhhH", 0x10000, _ASCENT, _DESCENT, 0, _EM) + bytes(22) + struct.pack(">H", 1),
        b"hmtx": struct.pack(">Hh", _EM, _EDGE) + struct.pack(">h", _EDGE) * (_GLYPHS - 1),
        b"loca": struct.pack(f">{_GLYPHS + 1}H", *places),
        b"maxp": struct.pack(">IHHH", 0x10000, _GLYPHS, 4, 1) + bytes(22),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">I", 0x30000) + bytes(28),
    }
    directory, content = b"", b""
    for tag, table in tables.items():
        offset = 12 + 16 * len(tables) + len(content)
        directory += tag + struct.pack(">III", 0, offset, len(table))
        content += table + bytes(-len(table) % 4)
    return struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 32) + directory + content


def _cmap() -> bytes:
    """Return the table that gives all letters of Unicode the same glyph (format 13)."""
    table = struct.pack(">HHIII", 13, 0, 28, 0, 1) + struct.pack(">III", 0, 0x10FFFF, 1)
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
