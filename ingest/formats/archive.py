"""Check zip archives (docx, xlsx) before they are unpacked: zip bombs, encryption, damage."""

from __future__ import annotations

import os
import zipfile
from typing import BinaryIO

from ingest.formats.types import contains
from rag.errors import UnreadableDocument
from rag.messages import Message

MEBI = 1024 * 1024
# An archive may unpack to a gibibyte, and to a hundred times its own size where that is more than a few mebibytes;
# XML that people wrote packs 5 to 20 times, a bomb 1,000 times. A docx is held in memory as a tree, an xlsx is not.
MAX_UNPACKED = 1024 * MEBI
MAX_RATIO = 100
RATIO_FROM = 16 * MEBI
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def check_archive(stream: BinaryIO, name: str, *, max_xml: int = MAX_UNPACKED) -> None:
    """Raise UnreadableDocument for a file that is not an Office file, is encrypted, or would unpack to too much.

    `max_xml` is the most bytes that its XML may take unpacked. Nothing is unpacked: the sizes are those that the
    archive states, and Python's zipfile does not read beyond them.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if stream.read(len(_OLD_OFFICE)) == _OLD_OFFICE:
        if contains(stream, _ENCRYPTED):
            raise UnreadableDocument("This file is encrypted", where=name, do="Save it without a password.")
        raise UnreadableDocument("This is an Office file from before 2007", where=name, do="Save it as .docx or .xlsx.")
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # RuntimeError: a method unknown to zipfile
        cut_off = Message("This file is cut off or not an Office file: {error}", error=error)
        raise UnreadableDocument(
            cut_off if size else "This file is empty", where=name, do="Save it again in the program that made it."
        ) from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument("This file is encrypted", where=name, do="Save it without a password.")
    total = sum(member.file_size for member in members)
    xml = sum(member.file_size for member in members if member.filename.lower().endswith((".xml", ".rels")))
    too_dense = total > RATIO_FROM and total > MAX_RATIO * size
    if total > MAX_UNPACKED or xml > max_xml or too_dense:
        raise UnreadableDocument(
            Message("This file of {size:,} bytes would unpack to {total:,} (a zip bomb?)", size=size, total=total),
            where=name,
            do="If it is what you want to read, save it in smaller parts.",
        )
