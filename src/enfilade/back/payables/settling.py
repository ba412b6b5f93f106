"""Tells banking what money that went out may be, how that is booked, and how it is taken back."""

from __future__ import annotations

from enfilade.back.banking.settlers import Settler, register_settler

from .commands.matching import settle_proposal, undo_entry
from .guesses import MODULE
from .queries import outgoing

register_settler(Settler(MODULE, outgoing, settle_proposal, undo_entry))
