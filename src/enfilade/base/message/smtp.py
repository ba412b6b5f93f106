"""Handing one message to the mail server, and knowing what came of it.

A mail server has a message from the moment at which it answers the end of the data. Before that moment a failure is harmless; after it the
answer says what happened; what breaks in between leaves the matter open, and that is said instead of guessed.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

_REPLY_MAX = 300


class NotNow(Exception):
    """The server took nothing, but may later: it does not answer, is busy, asks to wait."""


class Never(Exception):
    """The server took nothing and says that it never will. refused: address -> the server's words."""

    def __init__(self, reason: str, refused: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.refused = refused or {}


class NotKnown(Exception):
    """The message was handed over, but whether the server took it was not heard."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """reply: the server's words. refused: address -> why the server did not take the message for it, though it took it for others."""

    reply: str
    refused: dict[str, str] = field(default_factory=dict)


def hand_over(mail: EmailMultiAlternatives) -> Receipt:
    """Give a message to the configured mail server. Raises NotNow, Never or NotKnown."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        mail.connection = backend
        try:
            mail.send()
        except Exception as error:
            raise NotKnown(f"{type(error).__name__}: {error}") from error
        return Receipt(f"Taken by {type(backend).__module__}.")
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError as error:
        raise NotNow(f"The mail server does not let us in: {_words(error.smtp_code, error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(f"The mail server does not answer: {error}") from error
    try:
        return _talk(backend.connection, mail)
    finally:
        _leave(backend)


def _talk(server: Any, mail: EmailMultiAlternatives) -> Receipt:
    made: Any = mail.message()
    content = made.as_bytes(linesep="\r\n")
    sender = sanitize_address(mail.from_email, "utf-8").rpartition("<")[2].rstrip(">")
    refused: dict[str, tuple[int, str]] = {}
    try:
        server.ehlo_or_helo_if_needed()
        _expect(*server.mail(sender, ["body=8bitmime"] if server.has_extn("8bitmime") else []))
        for address in mail.recipients():
            code, words = server.rcpt(sanitize_address(address, "utf-8").rpartition("<")[2].rstrip(">"))
            if code not in {250, 251}:
                refused[address] = (code, _words(code, words))
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise NotNow(f"The mail server broke off: {error}") from error
    if len(refused) == len(mail.recipients()):
        said = "; ".join(words for _, words in refused.values())
        if any(code < 500 for code, _ in refused.values()):
            raise NotNow(said)
        raise Never(said, {address: words for address, (_, words) in refused.items()})
    return Receipt(_data(server, content), {address: words for address, (_, words) in refused.items()})


def _data(server: Any, content: bytes) -> str:
    try:
        code, words = server.data(content)
    except smtplib.SMTPDataError as error:
        # The server refused before the first byte of the message.
        _expect(error.smtp_code, error.smtp_error)
        raise
    except (smtplib.SMTPException, OSError) as error:
        raise NotKnown(f"The connection broke while the message was handed over: {error}") from error
    _expect(code, words)
    return _words(code, words)


def _expect(code: int, words: bytes | str) -> None:
    if 200 <= code < 400:
        return
    if 400 <= code < 500:
        raise NotNow(_words(code, words))
    raise Never(_words(code, words))


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {' '.join(text.split())}"[:_REPLY_MAX]


def _leave(backend: EmailBackend) -> None:
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        # It has the message, or has it not: how it says goodbye changes nothing.
        backend.connection = None
