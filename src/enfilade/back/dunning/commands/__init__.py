"""What dunning does: begin with levels, hold invoices, propose, send and drop reminders."""

from .beginning import begin_dunning
from .holding import hold_invoice, lift_hold
from .reminding import drop_reminder, propose_reminders, send_reminder

__all__ = ["begin_dunning", "drop_reminder", "hold_invoice", "lift_hold", "propose_reminders", "send_reminder"]
