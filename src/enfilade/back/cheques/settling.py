"""Tells banking what lines may have to do with cheques, how that is booked, and how it is taken back."""

from __future__ import annotations

from enfilade.back.banking.settlers import Settler, register_settler

from .commands.matching import settle_proposal, undo_entry
from .guesses import MODULE
from .queries import proposed

register_settler(Settler(MODULE, proposed, settle_proposal, undo_entry))
