"""Figures about the contacts themselves."""

from __future__ import annotations

from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource import report

from .queries import duplicate_groups


@report(title="Possible duplicates", permission="party.merge_parties", icon="copy", order=80)
def duplicates(ctx: Context) -> dict[str, Any]:
    """Entries that share a number, an e-mail address, or a name and a date of birth; open one to merge the other into it."""
    columns = [
        {"name": "shared", "label": "What they share", "kind": "text"},
        {"name": "number", "label": "Number", "kind": "text"},
        {"name": "name", "label": "Name", "kind": "text"},
        {"name": "roles", "label": "Roles", "kind": "text"},
    ]
    rows = [
        {"shared": what, "number": party.number, "name": party.name, "roles": ", ".join(party.roles), "url": f"/party/parties/{party.pk}/"}
        for what, parties in duplicate_groups(ctx)
        for party in parties
    ]
    return {"columns": columns, "rows": rows, "totals": {}}
