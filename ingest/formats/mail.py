"""Saved mails (.eml): who wrote to whom, when and what; attachments are left out."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import BinaryIO, cast

from ingest.formats.html import read_page
from ingest.formats.types import Fault, Part, ReadOptions, read_whole
from rag.text.encoding_detection import decode

_HEADERS = (("From", "From"), ("To", "To"), ("Date", "Date"), ("Subject", "Subject"))


def read_eml(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield the document of a mail, titled by its subject; a Fault for each attachment. Raises UnreadableDocument."""
    message = message_from_bytes(read_whole(stream, name), policy=default)
    body = message.get_body(("plain", "html"))
    text = "" if body is None else _text(cast(EmailMessage, body), name, options)
    headers = "\n".join(f"{label}: {message[header]}" for header, label in _HEADERS if message[header])
    if text.strip():
        yield Part(f"{headers}\n\n{text.strip()}", title=str(message["Subject"] or "") or None)
    for attachment in message.iter_attachments():
        what = f"The attachment {attachment.get_filename() or 'without a name'} is left out"
        yield Fault(what, do="Save it beside the mail to have it read.", left_out=True)


def _text(body: EmailMessage, name: str, options: ReadOptions) -> str:
    data = body.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = body.get_content_charset()
    if body.get_content_subtype() == "html":
        decoded = decode(data, name, declared=charset, given=options.encoding).encode()
        return "\n".join(part.text for part in read_page(decoded, name, options))
    return decode(data, name, declared=charset, given=options.encoding)
