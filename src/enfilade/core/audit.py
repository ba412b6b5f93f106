"""Writing and reading the audit: one entry per command, linked to every row it was about.

An entry is written in one statement with its subjects; its id is reserved first, so that the commands inside a command
can hang below it although it is written after them.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    from .context import Context

_WRITE = """
WITH entry AS (
    INSERT INTO core_auditentry (
        id, company_id, at, user_id, released_by_id, command, channel, inputs, inputs_sha256, key, facts, changes, result,
        authority, parent_id
    )
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
)
INSERT INTO core_auditsubject (company_id, entry_id, ref)
SELECT %s, %s, unnest(%s::text[]) WHERE set_config('app.entry', %s, true) IS NOT NULL
"""


def reserve() -> int:
    """The id of the next entry; until it is written, PostgreSQL notes it beside every row that changes (sql/changes.sql)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.entry', nextval('core_auditentry_id_seq')::text, true)")
        return int(cursor.fetchone()[0])


def write(
    ctx: Context,
    *,
    entry: int,
    command: str,
    inputs: dict[str, Any],
    digest: str,
    key: str,
    facts: dict[str, Any],
    changes: dict[str, Any],
    result: str,
    subjects: set[str],
    parent: int | None,
    released_by: int | None,
) -> None:
    """Append one entry and its subjects; what changes from here on is the parent's doing again."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                entry,
                ctx.company_id,
                ctx.now,
                ctx.user.pk,
                released_by,
                command,
                ctx.channel,
                to_json(inputs),
                digest,
                key or None,
                to_json(facts),
                to_json(changes),
                result,
                ctx.authority,
                parent,
                ctx.company_id,
                entry,
                sorted(subjects),
                str(parent or ""),
            ],
        )


def jsonable(value: Any) -> Any:
    """A value with everything that JSON does not know turned into text."""
    return json.loads(to_json(value))


def to_json(value: Any) -> str:
    """JSON as the database takes it; what JSON does not know becomes text."""
    # NUL can't be stored in jsonb and forms refuse it; lone surrogates are escaped by json itself.
    return _JSON.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return str(value)


# What is written is inputs and columns, which hold no circles.
_JSON = json.JSONEncoder(default=_plain, check_circular=False)


def snapshot(row: models.Model | None) -> dict[str, Any]:
    """Column values of a row before a command."""
    if row is None:
        return {}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname in row.__dict__}


def changes(before: dict[str, Any], row: models.Model | None) -> dict[str, Any]:
    """field -> [before, after] of what a command changed on its target."""
    if row is None or not before:
        return {}
    after = snapshot(row)
    return {k: [before.get(k), v] for k, v in after.items() if before.get(k) != v and not k.startswith("_")}
