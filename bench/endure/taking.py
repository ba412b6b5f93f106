"""A damaged file in a database: its command takes all of it or refuses it with a sentence, and then every row is as it was."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from enfilade.core.context import Context, Refusal
from enfilade.core.files import store
from enfilade.core.importing import import_file, undo_import
from enfilade.core.models import ImportBatch, Record
from enfilade.core.resource import resource_named
from enfilade.core.resource.imports import batch_rows
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.core.verify import verify_all


@dataclass
class Stand:
    """A company that takes files. take: by the command of the importer; batches: what it takes row by row, for taking it back."""

    ctx: Context
    take: Callable[[bytes], Any]
    batches: bool = False

    def rows(self) -> dict[str, int]:
        """How many rows of business there are in every table; files, audit and outbox are the house's own."""
        tables = [m._meta.db_table for m in apps.get_models() if issubclass(m, Record) and m._meta.app_label != "core"]
        counts = sql.SQL(", ").join(sql.SQL("(SELECT count(*) FROM {})").format(sql.Identifier(table)) for table in tables)
        with scope(self.ctx.company_id), connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {}").format(counts))
            return dict(zip(tables, cursor.fetchone(), strict=True))

    def findings(self) -> list[str]:
        """What verifying finds; that a journal of somebody else's moved customers without our invoices is no fault of reading it."""
        with scope(self.ctx.company_id, read_only=True):
            return [f"{found.code} {found.ref}: {found.sentence}" for found in verify_all(self.ctx) if found.code != "by_hand"]


def take(stand: Stand, data: bytes) -> tuple[bool, str]:
    """Whether the file was taken, and what is wrong about how it was taken or refused ("" when nothing is)."""
    before = stand.rows()
    try:
        stand.take(data)
    except Refusal as no:
        after = stand.rows()
        grown = {table: n - before[table] for table, n in after.items() if n != before[table]}
        return False, f"refused, and half of it is there: {grown}" if grown else "" if str(no) else "refused without a sentence"
    fault = _taken_back(stand, before) if stand.batches else ""
    return True, fault or "; ".join(stand.findings())


def _taken_back(stand: Stand, before: dict[str, int]) -> str:
    """What a batch says that it made is there, and taking it back leaves nothing but what it says it keeps."""
    with scope(stand.ctx.company_id):
        batch = ImportBatch.objects.visible_to(stand.ctx).order_by("pk").last()
    assert batch is not None
    grown = sum(n - before[table] for table, n in stand.rows().items())
    if batch.created_count and not grown:
        return f"{batch.created_count} rows are said to be made, and none is there"
    if not batch.created_count + batch.changed_count:
        return f"no row is said to be made, and {grown} are there" if grown else ""
    undone = undo_import(replace(stand.ctx, key=""), batch=batch)
    with scope(stand.ctx.company_id):
        kept = batch_rows(stand.ctx, undone).filter(outcome="kept").exists()
    after = stand.rows()
    left = {table: n - before[table] for table, n in after.items() if n > before[table]}
    return f"taken back, and there is left {left}" if left and not kept else ""


def stand_of(name: str) -> Stand:
    """A company for an importer, by its name."""
    made = {"bank": lambda: _bank(name), "journal": _journal, "einvoice": _einvoice, "rates": _rates, "opening": _opening}
    return made.get(name.partition(".")[0], _batches(name))()


def _kept(ctx: Context, data: bytes) -> Any:
    with scope(ctx.company_id):
        return store(ctx, "file", io.BytesIO(data))


def _bank(name: str) -> Stand:
    from enfilade.back.banking.tests.desk import Desk

    desk = Desk()
    # These formats say no balance, so whoever takes such a file says one.
    said = {"closing": 0} if name in {"bank.qif", "bank.csv"} else {}
    return Stand(desk.ctx, lambda data: desk.take(data, bank_account=desk.bank, **said))


def _journal() -> Stand:
    from enfilade.back.ledger.commands import import_journal
    from enfilade.back.ledger.tests.support import Practice

    ctx = Practice().ctx
    return Stand(ctx, lambda data: import_journal(replace(ctx, key=""), file=_kept(ctx, data), add_accounts=True))


def _einvoice() -> Stand:
    from enfilade.back.einvoice.commands import take_einvoice
    from enfilade.back.ledger.tests.support import Practice

    ctx = Practice().ctx
    return Stand(ctx, lambda data: take_einvoice(replace(ctx, key=""), file=_kept(ctx, data)))


def _rates() -> Stand:
    from enfilade.base.money.commands import import_rates

    ctx = make_ctx(make_company(), "*")
    return Stand(ctx, lambda data: import_rates(replace(ctx, key=""), file=_kept(ctx, data)))


def _opening() -> Stand:
    from enfilade.back.ledger.commands import import_opening_balances
    from enfilade.back.ledger.tests.support import Practice

    ctx, first = Practice().ctx, date(2025, 1, 1)
    return Stand(ctx, lambda data: import_opening_balances(replace(ctx, key=""), on=first, file=_kept(ctx, data), rest_to_opening=True))


def _batches(name: str) -> Callable[[], Stand]:
    def made() -> Stand:
        if name.startswith("calendar"):
            from enfilade.base.calendar.tests.helpers import add_bookable, practice

            ctx = practice()
            options = {"answers": {"bookables": [add_bookable(ctx, "amsel").pk]}}
            return Stand(ctx, lambda data: import_file(ctx, resource_named("calendar.booking"), "my.ics", data, options), batches=True)
        ctx = make_ctx(make_company(), "*")
        label = "party.party" if name.startswith("contacts") else "item.item"
        ending = name.partition(".")[2].replace("vcard", "vcf").replace("xcard", "xml")
        return Stand(ctx, lambda data: import_file(ctx, resource_named(label), f"file.{ending}", data), batches=True)

    return made
