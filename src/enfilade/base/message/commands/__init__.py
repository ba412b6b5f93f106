"""What can be done with messages."""

from .delivering import (
    begin_delivery,
    cancel_message,
    confirm_sent,
    doubt_delivery,
    fail_delivery,
    finish_delivery,
    postpone_delivery,
    retry_message,
)
from .fetching import HookSecret, make_hook_secret, note_fetched, note_problem, set_mailbox_password
from .leaving_alone import add_messagetemplate, block_address, change_messagetemplate, lift_block
from .receiving import note_bounce, take_mail
from .writing import answer_message, attach_file, change_draft, draft_message, send_message, write_from_template

__all__ = [
    "HookSecret",
    "add_messagetemplate",
    "answer_message",
    "attach_file",
    "begin_delivery",
    "block_address",
    "cancel_message",
    "change_draft",
    "change_messagetemplate",
    "confirm_sent",
    "doubt_delivery",
    "draft_message",
    "fail_delivery",
    "finish_delivery",
    "lift_block",
    "make_hook_secret",
    "note_bounce",
    "note_fetched",
    "note_problem",
    "postpone_delivery",
    "retry_message",
    "send_message",
    "set_mailbox_password",
    "take_mail",
    "write_from_template",
]
