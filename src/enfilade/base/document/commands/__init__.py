"""What can be done with papers."""

from .keeping import destroy_document, keep_longer, lift_hold, place_hold, propose_destruction
from .looking_after import assign_document, expire_document, remind_of_expiry
from .taking import replace_document, revoke_document, take_document

__all__ = [
    "assign_document",
    "destroy_document",
    "expire_document",
    "keep_longer",
    "lift_hold",
    "place_hold",
    "propose_destruction",
    "remind_of_expiry",
    "replace_document",
    "revoke_document",
    "take_document",
]
