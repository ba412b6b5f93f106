"""What banking does: take statements, match their lines, post the rest, take a match back."""

from .common import require_open, write_match
from .depositing import match_deposit, match_deposit_return
from .importing import import_statement
from .matching import InvoicePart, accept_proposal, accept_proposals, match_entry, match_line
from .posting import give_line, keep_line, post_line, unmatch_line

__all__ = [
    "InvoicePart",
    "accept_proposal",
    "accept_proposals",
    "give_line",
    "import_statement",
    "keep_line",
    "match_deposit",
    "match_deposit_return",
    "match_entry",
    "match_line",
    "post_line",
    "require_open",
    "unmatch_line",
    "write_match",
]
