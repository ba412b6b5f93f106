"""Hostile and broken mail: read as far as it can be, or refused in a sentence; never an exception of another kind, never long."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.base.message.formats.mime import DEPTH_MAX, PARTS_MAX, Unreadable, read_mail

from .mails import bounce, wire

SAMPLES = Path(os.environ.get("ENFILADE_SAMPLES", Path(__file__).parents[6] / "shared" / "samples")) / "22_email"


def samples() -> list[Path]:
    """Mails that others published."""
    return sorted(SAMPLES.iterdir()) if SAMPLES.is_dir() else []


def multipart(*parts: str, kind: str = "mixed") -> bytes:
    """Parts in a multipart."""
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--"
    return wire(body, Content_Type=f'multipart/{kind}; boundary="b"')


def test_a_plain_mail() -> None:
    """Every field."""
    mail = read_mail(wire("Grüße\r\nAda", in_reply_to="<a@x>", references="<r1@x>\r\n <r2@x>"))
    assert (mail.from_name, mail.from_address, mail.subject) == ("Ada Löwe", "ada@post.example", "A question")
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("<first@post.example>", "<a@x>", ["<r1@x>", "<r2@x>"])
    assert mail.text == "Grüße\nAda"
    assert mail.at is not None
    assert mail.at.isoformat() == "2026-11-02T08:00:00+00:00"
    assert not mail.automatic


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        ("windows-1252", "10 €".encode("cp1252"), "10 €"),
        ("shift_jis", "日本".encode("shift_jis"), "日本"),
        ("klingon", "Grüße".encode(), "Grüße"),
        ("us-ascii", "10 €".encode("cp1252"), "10 €"),
        ("utf-8", b"a\x00b\xed\xa0\x80", "abí\xa0€"),
    ],
)
def test_letters_of_every_kind(charset: str, data: bytes, text: str) -> None:
    """Declared, wrongly declared, unknown, forbidden in a database."""
    raw = wire("@", Content_Type=f"text/plain; charset={charset}").replace(b"@\r\n", data + b"\n")
    assert read_mail(raw).text == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe?= =?utf-8?b?8J+YgA==?=", "Grüße😀"),
        ("=?klingon?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?not base64?=", "=?utf-8?b?not base64?="),
        ("two\r\n lines", "two lines"),
        ("tab\tand\x07bell", "tab and bell"),
    ],
)
def test_subjects(header: str, text: str) -> None:
    """Encoded words, good and bad; a subject is one line."""
    assert read_mail(wire(subject=header)).subject == text


def test_text_and_page_and_files_of_nested_parts() -> None:
    """The alternative, the picture that it shows, a file with a long foreign name, a mail inside a mail."""
    inner = (
        'Content-Type: multipart/alternative; boundary="c"\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nHello\r\n'
        "--c\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--c--"
    )
    paper = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''R%C3%B6ntgen%2Fbild.pdf\r\n\r\n%PDF"
    image = "Content-Type: image/png\r\nContent-ID: <p1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    mail = read_mail(multipart(inner, paper, image, "Content-Type: message/rfc822\r\n\r\nSubject: Inside\r\n\r\nx"))
    assert (mail.text, mail.html.strip()) == ("Hello", "<p>Hello</p>")
    assert [(f.name, f.content_id) for f in mail.files] == [("Röntgen/bild.pdf", ""), ("attachment-2", "p1"), ("message.eml", "")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Unsubscribe": "<mailto:x@y.example>"},
        {"X_Auto_Response_Suppress": "All"},
        {"From": "noreply@shop.example"},
    ],
)
def test_what_no_person_wrote(headers: dict[str, str]) -> None:
    """RFC 3834 section 2."""
    assert read_mail(wire(**headers)).automatic
    assert not read_mail(wire(Auto_Submitted="no")).automatic


def test_delivery_reports() -> None:
    """For good, for now."""
    mail = read_mail(bounce("<ours@x>", "ada@post.example"))
    (back,) = mail.returned
    assert (back.address, back.permanent, back.words, mail.returned_id) == ("ada@post.example", True, "550 Nobody here", "<ours@x>")
    assert not read_mail(bounce("<ours@x>", "a@b.example", "4.2.2", "delayed")).returned[0].permanent


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "none of the headers"),
        (b"\x89PNG\r\n\x1a\n", "none of the headers"),
        (wire("x" * (20 * 1024 * 1024)), "larger than 20 MB"),
        (multipart(*["Content-Type: text/plain\r\n\r\nx"] * (PARTS_MAX + 1)), f"more than {PARTS_MAX} parts"),
        (
            wire(
                "".join(f'--b{i}\r\nContent-Type: multipart/mixed; boundary="b{i + 1}"\r\n\r\n' for i in range(DEPTH_MAX + 5)),
                Content_Type='multipart/mixed; boundary="b0"',
            ),
            f"more than {DEPTH_MAX} deep",
        ),
    ],
    ids=["nothing", "picture", "large", "many", "deep"],
)
def test_what_is_refused(data: bytes, why: str) -> None:
    """In a sentence."""
    with pytest.raises(Unreadable) as no:
        read_mail(data)
    assert why in str(no.value)


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes) -> None:
    """Read or refused."""
    for raw in (data, wire() + data, b"Subject: " + data):
        try:
            mail = read_mail(raw)
        except Unreadable:
            continue
        assert "\x00" not in mail.text + mail.subject + mail.from_name
        assert mail.subject.isprintable()


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_mutations_of_a_rich_mail(data: st.DataObject) -> None:
    """Any bytes anywhere in a report with parts."""
    raw = bytearray(bounce("<ours@x>", "ada@post.example"))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(Unreadable):
        read_mail(bytes(raw))


@pytest.mark.skipif(not samples(), reason="the public samples are not on this machine")
@pytest.mark.parametrize("file", samples(), ids=lambda f: f.name[:40])
def test_mails_of_others(file: Path) -> None:
    """Public samples, whole and cut off anywhere: read or refused within a second of CPU time."""
    raw = file.read_bytes()
    began = time.process_time()
    for end in (len(raw), len(raw) // 2, len(raw) // 3, 100):
        try:
            mail = read_mail(raw[:end])
        except Unreadable:
            continue
        assert "\x00" not in mail.text + mail.html
        assert mail.subject.isprintable()
    assert time.process_time() - began < 1
