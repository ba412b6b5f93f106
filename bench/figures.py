"""The figures and their bars."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enfilade.core.context import Context

ROUNDS = 7
KEYS = itertools.count(1)


@dataclass(frozen=True)
class Figure:
    """One figure: how it is measured, in which unit, and what it has to reach."""

    name: str
    unit: str
    bar: float
    lower_is_better: bool
    measure: Callable[[], float]


def timed(run: Callable[[], Any], times: int) -> float:
    """Seconds per call."""
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def command_ratio() -> float:
    """A command through the runner against the raw SQL transaction that writes the same rows: both durable, in turn, median of ratios."""
    from django.db import connection

    from enfilade.core.commands import save_view
    from enfilade.core.testing import make_company, make_ctx

    ctx = make_ctx(make_company("Bench"), "*")

    def through_runner() -> None:
        number = next(KEYS)
        save_view(ctx.with_key(f"k{number}"), resource="core.auditentry", name=f"view {number}")

    def by_hand() -> None:
        save_view_by_hand(ctx, next(KEYS))

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, false)", ["{" + str(ctx.company_id) + "}"])
    timed(through_runner, 20), timed(by_hand, 20)
    return statistics.median(timed(through_runner, 60) / timed(by_hand, 60) for _ in range(ROUNDS))


def save_view_by_hand(ctx: Context, number: int) -> None:
    """The rows that `save_view` writes, in one transaction of SQL."""
    from django.db import connection

    inputs = json.dumps({"resource": "core.auditentry", "name": "x", "query": "", "shared": False})
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO core_savedview (company_id, resource, name, query, owner_id, shared, roles) "
            "VALUES (%s, %s, %s, '', %s, false, '{}') RETURNING id",
            [ctx.company_id, "core.auditentry", f"view {number}", ctx.user.pk],
        )
        view = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO core_auditentry "
            "(company_id, at, user_id, command, channel, inputs, inputs_sha256, key, facts, changes, result) "
            "VALUES (%s, now(), %s, 'core.save_view', 'job', %s, %s, %s, '{}', '{}', %s) RETURNING id",
            [ctx.company_id, ctx.user.pk, inputs, "0" * 64, f"k{number}", f"core.savedview:{view}"],
        )
        entry = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO core_auditsubject (company_id, entry_id, ref) VALUES (%s, %s, %s)",
            [ctx.company_id, entry, f"core.savedview:{view}"],
        )
        cursor.execute("COMMIT")


def ledger_postings_per_second() -> float:
    """Ledger postings through the whole runner: 8 client processes, durable commits, median of the rounds."""
    from bench.world import make_books

    company, user = make_books()
    rates = []
    # One start for all rounds: eight processes that read the whole program cost more than what is measured.
    with multiprocessing.get_context("spawn").Pool(8, initializer=_warm, initargs=(company, user)) as pool:
        pool.map(_post_many, [(company, user, 10)] * 8, chunksize=1)
        for _ in range(3):
            start = time.perf_counter()
            done = sum(pool.map(_post_many, [(company, user, 100)] * 8, chunksize=1))
            rates.append(done / (time.perf_counter() - start))
    return statistics.median(rates)


def _warm(company: int, user: int) -> None:
    import django

    django.setup()
    _post_many((company, user, 1))


def _post_many(job: tuple[int, int, int]) -> int:
    from bench.world import context, post_once

    company, user, times = job
    ctx = context(company, user)
    for _ in range(times):
        post_once(ctx.with_key(f"{os.getpid()}-{next(KEYS)}"), date(2026, 11, 2))
    return times


def batch_to_copy_percent() -> float:
    """Speed of posting a batch, as a share of the speed of COPY of its lines into a bare table with the same indexes."""
    from bench.posting import batch_share_percent

    return batch_share_percent()


def cpu_per_invoice_ms() -> float:
    """CPU time of the application and its database session for one issued invoice: 2 lines, tax, posted, audited. Median of the rounds."""
    from bench.world import draft_many, issue, make_billing, session_cpu_s

    ctx = make_billing()
    figures = []
    for _ in range(ROUNDS):
        drafts = draft_many(ctx, 40)
        before, before_session = time.process_time(), session_cpu_s()
        for invoice in drafts:
            issue(ctx.with_key(f"i{next(KEYS)}"), invoice)
        figures.append(((time.process_time() - before) + (session_cpu_s() - before_session)) / len(drafts) * 1000)
    return statistics.median(figures)


def cpu_per_invoice_in_batch_ms() -> float:
    """The same of invoices issued 200 at a time."""
    from bench.world import DAY, draft_many, make_billing, session_cpu_s
    from enfilade.back.billing.commands import issue_invoices

    ctx = make_billing()
    figures = []
    for _ in range(ROUNDS):
        drafts = [draft.pk for draft in draft_many(ctx, 200)]
        before, before_session = time.process_time(), session_cpu_s()
        outcomes = issue_invoices(ctx.with_key(f"b{next(KEYS)}"), invoices=drafts, on=DAY)
        figures.append(((time.process_time() - before) + (session_cpu_s() - before_session)) / len(drafts) * 1000)
        if any(outcome.kind != "done" for outcome in outcomes):
            raise RuntimeError(f"Not every draft was issued: {outcomes[0].sentence}")
    return statistics.median(figures)


def invoice_of_500_lines_s() -> float:
    """An invoice of 500 lines typed in and issued, through the runner, by the clock; median of the rounds."""
    from bench.world import DAY, issue, make_billing
    from enfilade.core.command import run_raw

    ctx = make_billing()
    lines = [{"description": f"Line {n}", "quantity": "2", "unit_price": "12.34", "tax_class": "standard"} for n in range(500)]
    raw = {"party": _customer(ctx), "on": DAY.isoformat(), "lines": lines}
    return statistics.median(timed(lambda: issue(ctx, run_raw(ctx, "billing.draft_invoice", raw)), 1) for _ in range(ROUNDS))


def _customer(ctx: Context) -> int:
    from enfilade.base.party.models import Party
    from enfilade.core.scope import scope

    with scope(ctx.company_id):
        return Party.objects.visible_to(ctx).values_list("pk", flat=True).latest("pk")


def audit_share_of_command() -> float:
    """Share of a command's CPU time, application and database session, that its record costs: audit entry, subjects, row changes.

    The mean over three commands (a record added, a draft of two lines, an invoice issued and posted), each with the record and without
    it in the same run, in turn; median of the rounds.
    """
    from bench.world import adding, drafting, issuing, make_billing, without_record

    ctx = make_billing()

    def cost(make: Callable[[Any], Callable[[], Any]]) -> float:
        return cpu_per_call(make(ctx.with_key("")), 40)

    shares = []
    for make in (adding, drafting, issuing):
        cost(make)
        rounds = []
        for _ in range(ROUNDS):
            on = cost(make)
            with without_record():
                off = cost(make)
            rounds.append((on - off) / on * 100)
        shares.append(statistics.median(rounds))
    return statistics.mean(shares)


def cpu_per_call(run: Callable[[], Any], times: int) -> float:
    """CPU seconds per call, the database session included."""
    from bench.world import session_cpu_s

    before, before_session = time.process_time(), session_cpu_s()
    for _ in range(times):
        run()
    return ((time.process_time() - before) + (session_cpu_s() - before_session)) / times


def contacts_csv_cpu_s() -> float:
    """CPU time of the application and its database session to import 10,000 contacts from CSV."""
    from bench.contacts import address_book_csv, import_cpu_s

    return import_cpu_s("contacts.csv", address_book_csv())


def contacts_vcard_cpu_s() -> float:
    """The same from vCard."""
    from bench.contacts import address_book_vcard, import_cpu_s

    return import_cpu_s("contacts.vcf", address_book_vcard())


def start_seconds() -> float:
    """Time until the command line answers: a whole process that lists nothing."""
    run = [sys.executable, "-m", "enfilade.site.cli", "commands", "--json"]
    return statistics.median(timed(lambda: subprocess.run(run, check=True, capture_output=True), 1) for _ in range(3))


def usual_search() -> float:
    """A free slot for two of two pools among 200 people and 60 days (80,000 bookings)."""
    from bench.calendar import usual_search_ms

    return usual_search_ms()


def vain_search() -> float:
    """The same calendar, searched to its end in vain."""
    from bench.calendar import vain_search_ms

    return vain_search_ms()


def million_parties(what: str) -> float:
    """95th percentile of the server's time with a million parties: list, filter, search, record or palette."""
    from bench import parties

    return parties.p95_ms(getattr(parties, f"{what}_url"))


def million_queries() -> float:
    """The most queries of any of these pages, with a million parties as with one."""
    from bench import parties

    return parties.queries_most()


def ten_million_ms(name: str) -> float:
    """The time of a report with ten million lines and a million documents."""
    from bench.statements import large_ms

    return large_ms(name)


def ten_million_ratio(name: str) -> float:
    """How many times as long as with ten thousand lines and a thousand documents, in the same run."""
    from bench.statements import ratio

    return ratio(name)


FIGURES = [
    Figure("command_to_raw_sql_ratio", "x", 5, True, command_ratio),
    Figure("ledger_postings_8_clients", "per_s", 250, False, ledger_postings_per_second),
    Figure("batch_posting_to_copy", "%", 40, False, batch_to_copy_percent),
    Figure("cpu_per_issued_invoice", "ms", 14, True, cpu_per_invoice_ms),
    Figure("cpu_per_issued_invoice_batch", "ms", 2, True, cpu_per_invoice_in_batch_ms),
    Figure("invoice_of_500_lines", "s", 1, True, invoice_of_500_lines_s),
    Figure("audit_share_of_command", "%", 30, True, audit_share_of_command),
    Figure("contacts_10000_csv_cpu", "s", 5, True, contacts_csv_cpu_s),
    Figure("contacts_10000_vcard_cpu", "s", 5, True, contacts_vcard_cpu_s),
    Figure("command_line_answers", "s", 4, True, start_seconds),
    Figure("slots_200_people_60_days", "ms", 100, True, usual_search),
    Figure("slots_200_people_60_days_in_vain", "ms", 100, True, vain_search),
    Figure("ten_million_trial_balance", "ms", 50, True, lambda: ten_million_ms("trial_balance")),
    Figure("ten_million_trial_balance_ratio", "x", 2, True, lambda: ten_million_ratio("trial_balance")),
    Figure("ten_million_balance_sheet", "ms", 50, True, lambda: ten_million_ms("balance_sheet")),
    Figure("ten_million_balance_sheet_ratio", "x", 2, True, lambda: ten_million_ratio("balance_sheet")),
    Figure("ten_million_receivables", "ms", 50, True, lambda: ten_million_ms("receivables")),
    Figure("ten_million_receivables_ratio", "x", 2, True, lambda: ten_million_ratio("receivables")),
    Figure("ten_million_payables", "ms", 50, True, lambda: ten_million_ms("payables")),
    Figure("ten_million_payables_ratio", "x", 2, True, lambda: ten_million_ratio("payables")),
    Figure("million_parties_list", "ms", 100, True, lambda: million_parties("list")),
    Figure("million_parties_filter", "ms", 100, True, lambda: million_parties("filter")),
    Figure("million_parties_search", "ms", 100, True, lambda: million_parties("search")),
    Figure("million_parties_record", "ms", 100, True, lambda: million_parties("record")),
    Figure("million_parties_palette", "ms", 100, True, lambda: million_parties("palette")),
    Figure("million_parties_queries", "queries", 60, True, million_queries),
]
