"""Secrets that the house has to use itself: the password of a mail server, the key of a web hook. A copy of the database is not enough.

They are encrypted under SECRET_KEY. Whoever changes that key enters them anew.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str, purpose: str) -> str:
    """The text as it may lie in the database. purpose: one word; what was sealed for one opens for no other."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str | None:
    """The text; None where it was sealed under another key or for another purpose."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"enfilade.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
