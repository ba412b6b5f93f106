"""What can be done with papers."""

from .looking_after import assign_document, expire_document, remind_of_expiry
from .taking import replace_document, revoke_document, take_document

__all__ = [
    "assign_document",
    "expire_document",
    "remind_of_expiry",
    "replace_document",
    "revoke_document",
    "take_document",
]
