"""Saved mails: headers, body, and what is left out."""

from __future__ import annotations

import time
from email.message import EmailMessage, Message
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "総務 <a@example.com>", "b@example.com"
    message["Subject"], message["Date"] = "休暇の件", "Mon, 01 Apr 2024 09:30:00 +0900"
    return message


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_a_mail_of_text(charset: str) -> None:
    message = mail()
    message.set_content("有給休暇は年20日です。\n", charset=charset)
    (found,) = read_as("a.eml", message.as_bytes())
    assert isinstance(found, LoadedDocument)
    assert found.title == "休暇の件"
    assert found.text.startswith("From: 総務 <a@example.com>\nTo: b@example.com\nDate: Mon, 01 Apr 2024")
    assert found.text.endswith("Subject: 休暇の件\n\n有給休暇は年20日です。")


def test_a_mail_of_html_alone_and_an_attachment() -> None:
    message = mail()
    message.set_content("<p>本文<b>です</b>。</p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="規程.pdf")
    found, left = read_as("a.eml", message.as_bytes())
    assert isinstance(found, LoadedDocument)
    assert found.text.endswith("\n\n本文です。")
    assert isinstance(left, Failure)
    assert left.error == "LeftOut"
    assert "規程.pdf" in left.message


def test_text_is_read_where_there_is_html_beside_it() -> None:
    message = mail()
    message.set_content("平文。")
    message.add_alternative("<p>装飾</p>", subtype="html")
    (found,) = read_as("a.eml", message.as_bytes())
    assert isinstance(found, LoadedDocument)
    assert found.text.endswith("\n\n平文。")


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"Subject: x\n\n"]
)
def test_a_mail_without_a_body(data: bytes) -> None:
    (failed,) = read_as("a.eml", data)
    assert isinstance(failed, Failure)


def _text(data: bytes) -> str:
    (found,) = read_as("a.eml", data)
    assert isinstance(found, LoadedDocument)
    return found.text


def test_who_got_a_copy() -> None:
    message = mail()
    message["Cc"] = "経理 <c@example.com>"
    message.set_content("本文。")
    assert "\nCc: 経理 <c@example.com>\n" in _text(message.as_bytes())


@pytest.mark.parametrize("notice", ["このメールはHTML形式です。", ""])
def test_a_notice_instead_of_the_text_gives_way_to_the_html(notice: str) -> None:
    message = mail()
    message.set_content(notice)
    text = "有給休暇は年二十日で、翌年度に限り繰り越すことができます。" * 3
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    assert _text(message.as_bytes()).endswith(f"\n\n{text}")


def test_text_below_a_picture_is_read() -> None:
    message = mail()
    message.set_content("上の文。")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="図.png")
    message.add_attachment("下の文。", disposition="inline")
    found, left = read_as("a.eml", message.as_bytes())
    assert isinstance(found, LoadedDocument)
    assert found.text.endswith("\n\n上の文。\n\n下の文。")
    assert "図.png" in str(left)


def _multipart(kind: str, *parts: Message) -> MIMEMultipart:
    message = MIMEMultipart(kind)
    for part in parts:
        message.attach(part)
    return message


def _pdf(name: str, disposition: str = "attachment") -> MIMEApplication:
    part = MIMEApplication(b"x", "pdf")
    part.add_header("Content-Disposition", disposition, filename=name)
    return part


PLAIN, FOOTER = MIMEText("平文。", "plain", "utf-8"), MIMEText("配信を停止するには返信する。", "plain", "utf-8")
HTML, END = MIMEText("<p>飾りの文。</p>", "html", "utf-8"), MIMEText("<p>末の文。</p>", "html", "utf-8")


@pytest.mark.parametrize(
    ("message", "texts", "attachments"),
    [
        (_multipart("mixed", HTML, FOOTER), ["飾りの文。", "配信を停止するには返信する。"], []),  # a mailing list's
        (_multipart("mixed", _multipart("related", HTML, _pdf("印.pdf")), FOOTER), ["飾り", "配信"], ["印.pdf"]),
        (_multipart("mixed", _multipart("alternative", PLAIN, HTML), FOOTER), ["平文。", "配信"], []),
        (_multipart("alternative", PLAIN, _multipart("mixed", HTML, _pdf("図.pdf", "inline"))), ["平文。"], ["図.pdf"]),
        (_multipart("alternative", _multipart("mixed", HTML, _pdf("図.pdf"), END)), ["飾り", "末の文。"], ["図.pdf"]),
        (_multipart("signed", _multipart("mixed", PLAIN, _pdf("表.pdf"))), ["平文。"], ["表.pdf"]),
        (_multipart("alternative", MIMEText("SUMMARY:定例会議", "calendar", "utf-8")), ["定例会議"], []),
    ],
    ids=["list", "related", "alternative", "inline", "around", "signed", "invitation"],
)
def test_every_part_is_read_or_named(message: MIMEMultipart, texts: list[str], attachments: list[str]) -> None:
    message["Subject"] = "資料の件"
    found, *left = read_as("a.eml", message.as_bytes())
    assert isinstance(found, LoadedDocument)
    places = [found.text.find(text) for text in texts]
    assert -1 not in places
    assert places == sorted(places)
    assert [name in str(item) for name, item in zip(attachments, left, strict=True)] == [True] * len(attachments)


def test_pictures_in_a_text_are_no_attachments() -> None:
    logo = MIMEImage(b"x", "png")
    logo.add_header("Content-ID", "<a@b>")
    logo.add_header("Content-Disposition", "inline", filename="image001.png")
    mail = _multipart("alternative", PLAIN, _multipart("related", MIMEText("<p><img src=cid:a@b></p>", "html"), logo))
    assert [getattr(part, "text", "").strip() for part in read_as("a.eml", mail.as_bytes())] == ["平文。"]


def test_a_text_that_is_sent_plain_and_in_html_is_read_once() -> None:
    mail = _multipart("mixed", PLAIN, MIMEText("<p>平文。</p>", "html", "utf-8"))
    assert [getattr(part, "text", "").strip() for part in read_as("a.eml", mail.as_bytes())] == ["平文。"]


def test_a_mail_that_is_an_attachment_alone_names_it() -> None:
    part = _pdf("スキャン.pdf")
    part["Subject"] = "複合機から"
    assert "スキャン.pdf" in str(read_as("a.eml", part.as_bytes()))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_a_mail_that_a_program_saved_anew(codec: str) -> None:
    saved = "\n\nSubject: test\nFrom: a@example.com\nContent-Type: text/plain; charset=utf-8\n\n本文。\n"
    mark = "\ufeff" if codec == "utf-16-be" else ""
    assert _text((mark + saved).encode(codec)) == "From: a@example.com\nSubject: test\n\n本文。"


@pytest.mark.parametrize("header", ["From", "To", "Date", "Subject"])
@pytest.mark.parametrize(
    "value", ["Mon, 30 Nov 99999999999999 10:00:00 +0900", "1 Jan 9999999999 0:0", "=?x?q?=ff?=", "<@,"]
)
def test_a_malformed_header_loses_no_mail(header: str, value: str) -> None:
    data = f"{header}: {value}\nX: y\n\n本文である。\n".encode()
    (found,) = read_as("a.eml", data)
    assert isinstance(found, LoadedDocument)
    assert found.text.endswith("本文である。")


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain" + ";" * 300_000,
        'Content-Type: text/plain; charset="' + '\\"' * 150_000,
        "Content-Type: text/plain" + "".join(f'; name*{number}="a"' for number in range(20_000)),
        "To: " + ", ".join(f'"名前 {number}" <a{number}@b.example>' for number in range(10_000)),
        "From: " + "a." * 150_000,
        "Subject: " + " ".join(["=?utf-8?b?5Lu25ZCN?="] * 10_000),
    ],
    ids=lambda header: header[:40],
)
def test_a_header_without_end_costs_little(header: str) -> None:
    """Semicolons took the library an hour."""
    began = time.process_time()
    (document,) = read_as("a.eml", f"From: a@b.example\n{header}\n\n本文です。\n".encode())
    assert isinstance(document, LoadedDocument)
    assert document.text.endswith("本文です。")
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?ISO-2022-JP?B?GyRCMnE1RC0hGyhC?= =?ISO-2022-JP?B?GyRCLWobKEI=?=", "会議①㈱"),
        ("=?iso-2022-jp?Q?=1B$B-!=1B(B?= (b)", "① (b)"),
        ("=?ISO-2022-JP?B?GyR?=", "=?ISO-2022-JP?B?GyR?="),
        ("=?utf-8?B?5Lya6K2w?=", "会議"),
    ],
)
def test_subjects_in_codes_that_python_refuses(written: str, read: str) -> None:
    data = f"From: a@example.com\r\nSubject: {written}\r\n\r\nThe text of the mail.\r\n".encode()
    (found,) = read_as("a.eml", data)
    assert isinstance(found, LoadedDocument)
    assert found.title == read


def test_the_language_of_a_mail_is_not_that_of_its_addresses() -> None:
    message = mail()
    del message["To"]
    message["To"] = ", ".join(f"First.Last{at} <first.last{at}@sales.example.com>" for at in range(40))
    message.set_content("会議は三時からです。\n")
    (found,) = read_as("a.eml", bytes(message))
    assert isinstance(found, LoadedDocument)
    assert found.language == "ja"


@pytest.mark.parametrize("codec", ["cp932", "iso2022_jp", "euc_jp", "utf-8"])
def test_headers_that_are_not_encoded(codec: str) -> None:
    data = "From: 丙野 <a@example.com>\nSubject: 棚卸しの日程について\n\n棚卸しは月末に行います。\n".encode(codec)
    (found,) = read_as("a.eml", data)
    assert isinstance(found, LoadedDocument)
    assert found.title == "棚卸しの日程について"
    assert found.text.startswith("From: 丙野 <a@example.com>\nSubject: 棚卸しの日程について\n")


@pytest.mark.parametrize(
    ("setting", "sent", "read"),
    [
        ("; delsp=yes", "倉庫の鍵は \n総務にあります。\n", "倉庫の鍵は総務にあります。"),
        ("", "The key is \nat the desk.\n", "The key is at the desk."),
        ("", "> The key \n> is here.\nThanks.\n\n-- \nA", "> The key is here.\nThanks.\n\n--\nA"),
        ("", "> one \n>> two\n from here", "> one\n>> two\nfrom here"),
    ],
)
def test_lines_that_a_mail_program_broke_are_whole(setting: str, sent: str, read: str) -> None:
    head = f"From: a@example.com\nContent-Type: text/plain; charset=utf-8; format=flowed{setting}\n\n"
    (found,) = read_as("a.eml", (head + sent).encode())
    assert isinstance(found, LoadedDocument)
    assert found.text.partition("\n\n")[2] == read


def test_headers_of_an_unknown_encoding_are_named() -> None:
    data = "Subject: 关于年假的通知\nFrom: a@example.com\n\nThe notice is below.\n".encode("gbk")
    document, failed = read_as("a.eml", data)
    assert isinstance(document, LoadedDocument)
    assert document.text == "From: a@example.com\n\nThe notice is below."
    assert isinstance(failed, Failure)
    assert "Headers whose encoding is not known are left out: Subject" in failed.message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?UTF-8?B?5Lya6K2w?= 第2回", "会議 第2回"),
        ("Re: 【至急】=?UTF-8?Q?=E4=BC=9A_=E8=AD=B0?=", "Re: 【至急】会 議"),
        ("=?UTF-8?B?5Lya?= =?UTF-8?B?6K2w?=（案）", "会議（案）"),
    ],
)
def test_encoded_words_beside_letters_that_are_not_encoded(written: str, read: str) -> None:
    data = f"From: {written} <a@example.com>\nSubject: {written}\n\n本文です。\n".encode()
    assert _text(data).startswith(f"From: {read} <a@example.com>\nSubject: {read}\n")
