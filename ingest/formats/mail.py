"""Saved mails (.eml): who wrote to whom, when and what; attachments are left out."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import BinaryIO, Final, cast

from ingest.formats.html import read_page
from ingest.formats.types import Fault, Part, ReadOptions, read_whole
from rag.errors import UnreadableDocument
from rag.messages import Message
from rag.text.encoding_detection import decode

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_LONGEST, _LONGEST_OF_PART = 16_000, 2000
"""Letters of a header that are looked at: the library's parsers take a time that grows with the square of its length.
Those of Content-Type and the like are parsed at every use, and never are that long."""
_DEEPEST = 20
"""Parts within one another."""
_FULLER = 2
"""A text in HTML that is so many times as long as the plain one says more: that is a notice, or a beginning."""


class _ShortHeaders(EmailPolicy):
    """The library's policy, but that headers are cut off."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return the name and the value of a header, in at most so many letters."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _LONGEST_OF_PART if name.lower().startswith("content-") else _LONGEST]


_ENCODED = re.compile(r"=\?([\w-]{1,40})\?([BbQq])\?([^?\s]+)\?=(?:\s+(?==\?))?")
_POLICY: Final = _ShortHeaders()


def read_eml(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield the document of a mail, titled by its subject; a Fault for each attachment. Raises UnreadableDocument."""
    message = cast(EmailMessage, message_from_bytes(_as_sent(read_whole(stream, name)), policy=_POLICY))
    parts = _Parts(name, options)
    text = parts.text(message).strip()
    values = {header: _header(message, header) for header in _HEADERS}
    headers = "\n".join(f"{header}: {value}" for header, value in values.items() if value)
    if text:
        subject = values["Subject"]
        yield Part(f"{headers}\n\n{text}", title=subject or None, telling=f"{subject}\n{text}")
    unread = ", ".join(header for header, value in values.items() if not value and _raw(message, header).strip())
    if unread:
        yield Fault(Message("Headers whose encoding is not known are left out: {headers}", headers=unread))
    for attachment in parts.attachments:
        what = Message("The attachment {attachment} is left out", attachment=attachment)
        yield Fault(what, do="To have it read, save it next to the mail.", left_out=True)


class _Parts:
    """The parts of a mail: their text as mail programs show it, and the names of the attachments."""

    def __init__(self, name: str, options: ReadOptions) -> None:
        self.attachments: list[str] = []
        self._name = name
        self._options = options

    def text(self, part: EmailMessage, depth: int = 0, *, body: bool = True) -> str:
        """Return the text of a part: of alternatives one, of others each; nothing of what is attached or drawn in it.

        The `body` may have the name of a file; others that have one are attachments.
        """
        kind = part.get_content_type()
        if part.get_content_maintype() == "multipart" and depth < _DEEPEST:
            inner = [cast(EmailMessage, part) for part in part.iter_parts()] if part.is_multipart() else []
            choice = kind == "multipart/alternative"
            texts = [
                (part.get_content_type(), self.text(part, depth + 1, body=body and (choice or not at)).strip())
                for at, part in enumerate(inner)
            ]
            return _fuller(texts) if choice else "\n\n".join(dict.fromkeys(text for _, text in texts if text))
        if part.get_content_maintype() == "image" and part.get("Content-ID") and not part.is_attachment():
            return ""
        named = part.get_filename() and not body
        if part.get_content_maintype() == "text" and not named and not part.is_attachment():
            return _text(part, self._name, self._options)
        self.attachments.append(part.get_filename() or kind)
        return ""


def _as_sent(data: bytes) -> bytes:
    """Return a mail as it was sent: without blank lines before its headers, and not in UTF-16."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8")
    return data.lstrip(b"\r\n")


def _fuller(texts: Sequence[tuple[str, str]]) -> str:
    """Return one of the alternative texts of a mail, each with its type: the plain one, or HTML that says much more.

    What is neither, such as an invitation (text/calendar), is read where there is nothing else.
    """
    plain = next((text for kind, text in texts if text and kind == "text/plain"), "")
    html = next((text for kind, text in texts if text and kind.startswith(("text/html", "multipart/"))), "")
    fuller = html if len("".join(html.split())) > _FULLER * len("".join(plain.split())) else plain
    return fuller or next((text for _, text in texts if text), "")


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as it reads, or as it is written where it cannot be parsed: a wrong date loses no mail."""
    raw = _raw(message, name)
    if not raw.isascii() or "\x1b$" in raw:  # not encoded, as old programs send it
        return _ENCODED.sub(_decoded, _unencoded(raw))
    try:
        return _ENCODED.sub(_decoded, str(message[name] or ""))
    except Exception:  # the parsers of the library raise anything over what is malformed
        return raw


def _raw(message: EmailMessage, name: str) -> str:
    return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _unencoded(raw: str) -> str:
    data = raw.encode("utf-8", "surrogateescape")
    try:
        return " ".join(decode(data, "").split())
    except UnreadableDocument:  # in another language, perhaps
        return ""


def _decoded(word: re.Match[str]) -> str:
    """Decode a word that the library's codecs refuse, such as ISO-2022-JP with ①; another one stays as it is."""
    charset, form, text = word.groups()
    try:
        data = binascii.a2b_base64(text) if form in "Bb" else binascii.a2b_qp(text.encode(), header=True)
        return decode(data, "", declared=charset)
    except (binascii.Error, ValueError, UnreadableDocument):
        return word.group()


def _text(body: EmailMessage, name: str, options: ReadOptions) -> str:
    data = body.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = body.get_content_charset()
    if body.get_content_subtype() == "html":
        decoded = decode(data, name, declared=charset, given=options.encoding).encode()
        return "\n".join(part.text for part in read_page(decoded, name, options))
    text = decode(data, name, declared=charset, given=options.encoding)
    if str(body.get_param("format", "")).lower() == "flowed":
        return _unflowed(text, deletes=str(body.get_param("delsp", "")).lower() == "yes")
    return text


def _unflowed(text: str, *, deletes: bool) -> str:
    """Join the lines that a mail program broke (format=flowed, RFC 3676): those that end in a blank.

    `deletes`: the blank is not part of the text, as in Japanese.
    """
    lines: list[list[str]] = []
    depth: int | None = None  # the marks of quotation of a line that goes on
    for whole in text.split("\n"):
        line = whole.rstrip("\r")
        content = line.lstrip(">")
        quoted = len(line) - len(content)
        content = content.removeprefix(" ")
        if depth != quoted:
            lines.append([f"{'>' * quoted} " if quoted else ""])
        flows = content.endswith(" ") and content != "-- "
        lines[-1].append(content[:-1] if flows and deletes else content)
        depth = quoted if flows else None
    return "\n".join("".join(pieces).rstrip() for pieces in lines)
