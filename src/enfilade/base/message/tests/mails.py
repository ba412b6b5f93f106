"""Mails as they come over the wire, written by hand."""

from __future__ import annotations

from typing import Any


def wire(body: str = "Can I come earlier?", **headers: Any) -> bytes:
    """A mail; `message_id="<1@x>"` becomes a header, None leaves one out."""
    given = {
        "From": "Ada Löwe <ada@post.example>",
        "To": "office@linden.example",
        "Subject": "A question",
        "Date": "Mon, 02 Nov 2026 09:00:00 +0100",
        "Message-ID": "<first@post.example>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-").title().replace("-Id", "-ID"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"{head}\r\n{body}\r\n".encode()


def bounce(of: str, address: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report (RFC 3464) about a message of ours."""
    about = f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 Nobody here"
    parts = [
        "Content-Type: text/plain\r\n\r\nIt could not be delivered.",
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.post.example\r\n\r\n{about}",
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {of}\r\nSubject: Your visit\r\n\r\nHello",
    ]
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--"
    return wire(
        body,
        From="Mail system <MAILER-DAEMON@mx.post.example>",
        subject="Undelivered",
        message_id=f"<bounce-{status}-{address}-{of.strip('<>')}>",
        Return_Path="<>",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
