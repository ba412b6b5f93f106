"""Reading what comes over the wire: any bytes give a mail or Unreadable, never another exception.

The parser of the standard library keeps going on broken structure, but raises on broken headers and character sets; so headers and texts
are decoded here, with a replacement for what can't be read. Attached messages stay attachments; nothing in them is believed.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Part
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from typing import Any

SIZE_MAX_BYTES = 20 * 1024 * 1024
PARTS_MAX = 300
DEPTH_MAX = 30
TEXT_MAX = 200_000
_ID = re.compile(r"<[^<>\s]{1,300}>")
_BULK = {"bulk", "junk", "list", "auto_reply"}
_ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE)


class Unreadable(Exception):
    """These bytes are no mail that we can read. The message says why."""


@dataclass(frozen=True, slots=True)
class File:
    """One attachment; `content_id` where the HTML shows it."""

    name: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a delivery report says of one recipient (RFC 3464). status: 5.1.1; permanent: it will never arrive."""

    address: str
    action: str
    status: str
    words: str

    @property
    def permanent(self) -> bool:
        """Whether the other side gave up for good because of the address or the message."""
        return self.action == "failed" and self.status.startswith("5")


@dataclass(slots=True)
class ReadMail:
    """A mail as far as it could be read.

    automatic: no person wrote it (RFC 3834, lists, bounces). returned: what a delivery report says; returned_id: of which of our messages.
    """

    message_id: str = ""
    in_reply_to: str = ""
    references: list[str] = field(default_factory=list)
    from_name: str = ""
    from_address: str = ""
    to: list[tuple[str, str]] = field(default_factory=list)
    cc: list[tuple[str, str]] = field(default_factory=list)
    subject: str = ""
    at: datetime | None = None
    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    automatic: bool = False
    returned: list[Returned] = field(default_factory=list)
    returned_id: str = ""


def read_mail(data: bytes) -> ReadMail:
    """Read a mail. Raises Unreadable."""
    if len(data) > SIZE_MAX_BYTES:
        raise Unreadable(f"It is larger than {SIZE_MAX_BYTES // 1024 // 1024} MB.")
    if data.lower().count(b"\nContent-Type:".lower()) > PARTS_MAX:
        raise Unreadable(f"It has more than {PARTS_MAX} parts.")
    try:
        return _read(data)
    except Unreadable:
        raise
    except Exception as error:  # the parser of the standard library raises about anything on broken input
        raise Unreadable(f"Its form is broken ({type(error).__name__}).") from error


def _read(data: bytes) -> ReadMail:
    root: Part = email.message_from_bytes(data, policy=email.policy.compat32)
    if not any(root.get(name) for name in ("From", "Subject", "To", "Date", "Message-ID", "Return-Path")):
        raise Unreadable("It has none of the headers of a mail.")
    mail = ReadMail(
        message_id=next(iter(_ids(root, "Message-ID")), ""),
        in_reply_to=next(iter(_ids(root, "In-Reply-To")), ""),
        references=_ids(root, "References")[-50:],
        to=_people(root, "To"),
        cc=_people(root, "Cc"),
        subject=_one_line(_header(root, "Subject"))[:500],
        at=_date(root),
    )
    mail.from_name, mail.from_address = next(iter(_people(root, "From") or _people(root, "Sender")), ("", ""))
    mail.automatic = _is_automatic(root, mail.from_address)
    texts, pages = [], []
    for part in _leaves(root, 0):
        kind, name = part.get_content_type(), _name(part)
        shown = part.get_content_disposition() != "attachment" and not name
        if kind == "message/delivery-status":
            mail.returned += _returned(part)
        elif kind == "text/plain" and shown:
            texts.append(_text(part))
        elif kind == "text/html" and shown:
            pages.append(_text(part))
        else:
            _take_file(mail, part, kind, name)
    if not mail.returned and (lost := _people(root, "X-Failed-Recipients")):
        # Exim reports in words alone, with the recipients in a header.
        mail.returned = [Returned(address, "failed", "5.0.0", "") for _, address in lost]
        mail.returned_id = next(iter(_ID.findall(_after("\n".join(texts), "message-id:"))), "")
    mail.text, mail.html = "\n\n".join(t.strip("\n") for t in texts)[:TEXT_MAX], "\n".join(pages)[:TEXT_MAX]
    return mail


def _leaves(part: Part, depth: int) -> Iterator[Part]:
    """Parts that hold something, in order; an attached message is one of them, a delivery report too."""
    if depth > DEPTH_MAX:
        raise Unreadable(f"Its parts lie more than {DEPTH_MAX} deep in each other.")
    if part.get_content_maintype() != "multipart" or not isinstance(part.get_payload(), list):
        yield part
        return
    for inner in part.get_payload():
        if isinstance(inner, Part):
            yield from _leaves(inner, depth + 1)


def _take_file(mail: ReadMail, part: Part, kind: str, name: str) -> None:
    if kind in {"message/rfc822", "text/rfc822-headers"}:
        inner = part.get_payload()
        inside = inner[0] if isinstance(inner, list) and inner else None
        if mail.returned and not mail.returned_id:
            found = _ids(inside, "Message-ID") if isinstance(inside, Part) else _ID.findall(_after(_text(part), "message-id:"))
            mail.returned_id = next(iter(found), "")
        content = inside.as_bytes() if isinstance(inside, Part) else _bytes(part)
        mail.files.append(File(name or "message.eml", content))
        return
    content = _bytes(part)
    if content.strip():
        ending = {"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics"}.get(kind, "")
        content_id = _one_line(str(part.get("Content-ID") or "")).strip("<>")
        mail.files.append(File(name or f"attachment-{len(mail.files) + 1}{ending}", content, content_id))


def _returned(part: Part) -> list[Returned]:
    """The recipients of a delivery report, one block of headers each; the first block is about the report itself."""
    blocks: Any = part.get_payload()
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        address = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "").rpartition(";")[2].strip().strip("<>")
        if address:
            status = re.match(r"\d\.\d{1,3}\.\d{1,3}", str(block.get("Status") or "").strip())
            words = _one_line(str(block.get("Diagnostic-Code") or "").rpartition(";")[2])
            action = str(block.get("Action") or "").strip().lower()
            found.append(Returned(address, action, status[0] if status else "", words[:300]))
    return found


def _is_automatic(root: Part, sender: str) -> bool:
    """RFC 3834 section 2: what must not be answered by a program."""
    auto = str(root.get("Auto-Submitted") or "no").strip().lower()
    return (
        not auto.startswith("no")
        or str(root.get("Precedence") or "").strip().lower() in _BULK
        or str(root.get("Return-Path") or "").strip() == "<>"
        or any(root.get(name) for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
        or bool(_ROBOTS.match(sender))
    )


def _header(part: Part, name: str) -> str:
    """A header as text, whatever it claims about its letters."""
    raw = next(iter(_raw(part, name)), "")
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError, LookupError, AssertionError):
        return _plain(raw)
    found = []
    for piece, charset in pieces:
        found.append(piece if isinstance(piece, str) else _decode(piece, charset or "utf-8"))
    return _plain("".join(found))


def _raw(part: Part, name: str) -> list[str]:
    """Every header of a name; bytes that no standard allows are UTF-8 where they can be."""
    found = [value for key, value in part.raw_items() if key.lower() == name.lower()]
    return [_decode(str(value).encode("utf-8", "surrogateescape"), "utf-8") for value in found]


def _people(part: Part, name: str) -> list[tuple[str, str]]:
    """Names and addresses of a header, at most a hundred; what is no address is left out."""
    found = []
    for shown, address in getaddresses(_raw(part, name))[:100]:
        if "@" in address:
            found.append((_one_line(_header_text(shown))[:200], _one_line(address).replace(" ", "")[:254]))
    return found


def _header_text(text: str) -> str:
    holder = Part()
    holder["X"] = text.replace("\r", " ").replace("\n", " ")
    return _header(holder, "X")


def _ids(part: Part, name: str) -> list[str]:
    return _ID.findall(" ".join(_raw(part, name)))


def _after(text: str, word: str) -> str:
    at = text.lower().find(word)
    return text[at + len(word) : at + 400] if at >= 0 else ""


def _date(part: Part) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(part.get("Date")))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _name(part: Part) -> str:
    found = part.get_filename()
    return _one_line(_header_text(collapse_rfc2231_value(found)))[:200] if found else ""


def _bytes(part: Part) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Part) -> str:
    charset = part.get_content_charset() or "utf-8"
    return _plain(_decode(_bytes(part), charset)).replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, charset: str) -> str:
    for guess in (charset, "utf-8"):
        try:
            return data.decode(guess)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _plain(text: str) -> str:
    """What a database can hold: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in _plain(text)).split())
