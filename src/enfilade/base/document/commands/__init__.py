"""What can be done with papers."""

from .keeping import destroy_document, keep_longer, lift_hold, place_hold, propose_destruction
from .looking_after import assign_document, expire_document, remind_of_expiry
from .reading import note_text
from .signing import (
    ask_signature,
    decline_by_link,
    expire_signature,
    read_by_link,
    remind_signer,
    sign_by_link,
    withdraw_signature,
)
from .taking import replace_document, revoke_document, take_document
from .wording import add_papertemplate, change_papertemplate, end_papertemplate

__all__ = [
    "add_papertemplate",
    "ask_signature",
    "assign_document",
    "change_papertemplate",
    "decline_by_link",
    "destroy_document",
    "end_papertemplate",
    "expire_document",
    "expire_signature",
    "keep_longer",
    "lift_hold",
    "note_text",
    "place_hold",
    "propose_destruction",
    "read_by_link",
    "remind_of_expiry",
    "remind_signer",
    "replace_document",
    "revoke_document",
    "sign_by_link",
    "take_document",
    "withdraw_signature",
]
