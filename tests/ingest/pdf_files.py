"""PDF files written by hand: Japanese in every way that PDFs hold it, pictures, passwords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PASSWORD = (
    b"/ID[<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>]"
    b"/Encrypt<</Filter/Standard/V 1/R 2/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">/P -4>>"
)
PICTURE = "picture"
BLANK = "blank"
TO_UNICODE = "ToUnicode"
_BODY_OF_MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange %d beginbfchar\n%s endbfchar endcmap end end"
)


@dataclass(frozen=True)
class Page:
    """Lines of text in a font whose codes are read by a CMap (`codec` is Python's name for it), or no text.

    `sizes` are those of the first lines, in points; the others are 12 points high. `head` and `foot` stand in the
    margins, and before and after the lines in the file.
    """

    lines: Sequence[str] = ()
    cmap: str = TO_UNICODE
    codec: str = ""
    sizes: Sequence[float] = ()
    head: Sequence[str] = ()
    foot: Sequence[str] = ()

    @property
    def all_lines(self) -> list[str]:
        return [*self.head, *self.lines, *self.foot]


def pdf(*pages: Page, trailer: bytes = b"", title: str = "") -> bytes:
    """A PDF file with these pages."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    kids = [_page(page, add) for page in pages]
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    if title:
        info = add(b"<</Title<FEFF%s>>>" % title.encode("utf-16-be").hex().encode())
        trailer += b"/Info %d 0 R" % info
    return _file(objects, trailer)


def _page(page: Page, add) -> int:
    if page.cmap == PICTURE:
        image = add(
            _stream(b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", b"a")
        )
        content, resources = add(_stream(b"", b"q 500 0 0 700 40 60 cm /I Do Q")), b"/XObject<</I %d 0 R>>" % image
    elif page.cmap == BLANK:
        content, resources = add(_stream(b"", b"")), b""
    else:
        font, shown = _font(page, add)
        body = len(page.head) + len(page.lines)
        blocks = [
            _block(800, shown[: len(page.head)], ()),
            _block(700, shown[len(page.head) : body], page.sizes),
            _block(50, shown[body:], ()),
        ]
        content = add(_stream(b"", b"".join(blocks)))
        resources = b"/Font<</F %d 0 R>>" % font
    box = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<%s>>>>"
    return add(box % (content, resources))


def _block(top: int, shown: list[bytes], sizes: Sequence[float]) -> bytes:
    all_sizes = [*sizes, *[12.0] * len(shown)]
    lines = b"".join(b"/F %.1f Tf <%s> Tj T* " % (size, one) for size, one in zip(all_sizes, shown, strict=False))
    return b"BT 20 TL 72 %d Td " % top + lines + b"ET\n" if shown else b""


def _font(page: Page, add) -> tuple[int, list[bytes]]:
    """The font's object, and each line as hexadecimal codes in it."""
    descriptor = add(
        b"<</Type/FontDescriptor/FontName/HeiseiMin-W3/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800"
        b"/FallbackResult -200/CapHeight 700/StemV 80>>"
    )
    cid = add(
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)"
        b"/Supplement 4>>/FontDescriptor %d 0 R/DW 1000>>" % descriptor
    )
    font = b"<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/%s/DescendantFonts[%d 0 R]%s>>"
    if page.cmap != TO_UNICODE:
        return add(font % (page.cmap.encode(), cid, b"")), [
            line.encode(page.codec).hex().encode() for line in page.all_lines
        ]
    codes = {letter: at for at, letter in enumerate(sorted(set("".join(page.all_lines))), 1)}
    pairs = b"".join(b"<%04X> <%s>\n" % (at, one.encode("utf-16-be").hex().encode()) for one, at in codes.items())
    unicode_map = add(_stream(b"", _BODY_OF_MAP % (len(codes), pairs)))
    number = add(font % (b"Identity-H", cid, b"/ToUnicode %d 0 R" % unicode_map))
    return number, [b"".join(b"%04X" % codes[letter] for letter in line) for line in page.all_lines]


def _stream(fields: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (fields, len(body), body)


def _file(objects: list[bytes], trailer: bytes) -> bytes:
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))
    return out + table + end


@dataclass(frozen=True)
class Piece:
    """Letters that are drawn at a place of the page, in points from its lower left corner."""

    text: str
    left: float
    bottom: float
    size: float = 14.0


def drawn_pdf(pieces: Sequence[Piece], fields: Sequence[bytes] = (), *, mapped: bool = True) -> bytes:
    """A PDF of one page with these pieces in their order, and annotations; not `mapped`, its letters are numbers only.

    `fields` are dictionaries; those with /FT are fields of a form.
    """
    objects = [b"", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b""]

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    font, codes = _font(Page([piece.text for piece in pieces]), add)
    if not mapped:
        objects[font - 1] = objects[font - 1].partition(b"/ToUnicode")[0] + b">>"
        objects[:] = [body.replace(b"(Japan1)", b"(Identity)") for body in objects]
    drawn = (
        b"BT /F %.1f Tf 1 0 0 1 %.1f %.1f Tm <%s> Tj ET\n" % (piece.size, piece.left, piece.bottom, code)
        for piece, code in zip(pieces, codes, strict=True)
    )
    content = add(_stream(b"", b"".join(drawn)))
    helvetica = add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    numbers = [add(b"<</Type/Annot/P 3 0 R%s>>" % field) for field in fields]
    form = [number for number, field in zip(numbers, fields, strict=True) if b"/FT" in field]
    objects[0] = (
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</NeedAppearances true/DA(/H 12 Tf)/DR<</Font<</H %d 0 R>>>>"
        % (helvetica)
    )
    objects[0] += b"/Fields[%s]>>>>" % b" ".join(b"%d 0 R" % number for number in form)
    objects[2] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F %d 0 R>>>>" % (
        content,
        font,
    )
    objects[2] += b"/Annots[%s]>>" % b" ".join(b"%d 0 R" % number for number in numbers)
    return _file(objects, b"")
