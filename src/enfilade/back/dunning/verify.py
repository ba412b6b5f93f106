"""Proof for `enfilade verify`: numbers of reminders without gaps."""

from __future__ import annotations

from enfilade.core.verify import declare_series

from .models import Reminder

declare_series("dunning.reminder", Reminder, "number", starts="M-")
