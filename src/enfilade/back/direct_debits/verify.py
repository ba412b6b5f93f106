"""Proof for `enfilade verify`: numbers of runs and drawn mandate references without gaps."""

from __future__ import annotations

from enfilade.core.verify import declare_series

from .models import CollectionRun

declare_series("direct_debits.run", CollectionRun, "number", starts="DD-")
