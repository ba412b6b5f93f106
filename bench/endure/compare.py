"""What was acknowledged against what is stored: each command there exactly once, every book balanced, every job and message at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.endure.clients import Told

_ENTRIES = "SELECT key, command, result FROM core_auditentry WHERE company_id = %s AND key LIKE %s"
_PARTIES = "SELECT name, count(*) FROM party_party WHERE company_id = %s AND name LIKE %s GROUP BY 1"
_KEYS = "SELECT id FROM {} WHERE company_id = %s"
# Commands that make a row, and where it has to be.
RESULTS = {"billing.draft_invoice": "billing_invoice", "billing.take_payment": "billing_payment", "billing.email_invoice": "message_mail"}
# Each is true of no row; the first column names the row for which it is.
NEVER = {
    "the entry does not sum to zero": """
        SELECT l.entry_id FROM books_line l WHERE l.company_id = %s GROUP BY l.entry_id, l.unit HAVING sum(l.quantity_minor) <> 0""",
    "the entry has other lines than it says": """
        SELECT e.id FROM books_entry e LEFT JOIN books_line l ON l.entry_id = e.id WHERE e.company_id = %s
        GROUP BY e.id HAVING count(l.id) <> e.line_count""",
    "the customer was billed twice": """
        SELECT party_id FROM billing_invoice WHERE company_id = %s AND note <> '' GROUP BY note, party_id HAVING count(*) > 1""",
    "the invoice was paid twice": """
        SELECT invoice_id FROM billing_payment WHERE company_id = %s GROUP BY invoice_id HAVING count(*) > 1""",
    "the invoice shows another sum as paid than its payments have": """
        SELECT i.id FROM billing_invoice i LEFT JOIN billing_payment p ON p.invoice_id = i.id
        WHERE i.company_id = %s GROUP BY i.id HAVING i.paid_minor <> coalesce(sum(p.amount_minor), 0)""",
    "the issued invoice is not in the books exactly once": """
        SELECT i.id FROM billing_invoice i LEFT JOIN books_entry e ON e.company_id = i.company_id AND e.origin = 'billing.invoice:' || i.id
        WHERE i.company_id = %s AND i.number IS NOT NULL GROUP BY i.id HAVING count(e.id) <> 1""",
    "the payment is not in the books exactly once": """
        SELECT p.id FROM billing_payment p LEFT JOIN books_entry e ON e.company_id = p.company_id AND e.origin = 'billing.payment:' || p.id
        WHERE p.company_id = %s GROUP BY p.id HAVING count(e.id) <> 1""",
    "the number of the invoice leaves a gap behind": """
        SELECT i.number FROM (SELECT number, substring(number from '[0-9]+$')::int AS n,
            lag(substring(number from '[0-9]+$')::int) OVER (ORDER BY substring(number from '[0-9]+$')::int) AS before
            FROM billing_invoice WHERE company_id = %s AND number IS NOT NULL) i WHERE i.n <> coalesce(i.before, i.n - 1) + 1""",
    "the invoice was mailed twice": """
        SELECT origin FROM message_mail WHERE company_id = %s AND origin LIKE 'billing.invoice:%%' GROUP BY origin HAVING count(*) > 1""",
}
_WAITING = "SELECT id FROM message_mail WHERE company_id = %s AND state IN ('queued', 'failed')"
# Periodic work is asked for anew; of what a command asked for nothing may be left behind.
_LEFT = """
SELECT count(*) FROM procrastinate_jobs
 WHERE task_name = 'core.react' AND (args->>'company_id')::bigint = %s AND status NOT IN ('succeeded')
"""


def faults_of(
    connection: psycopg.Connection[Any], told: Told, company: int, name: str, mail: Path, *, settled: bool = True
) -> Iterator[str]:
    """One sentence for everything that is lost, doubled or unbalanced in a company.

    name: what the keys of this run begin with.
    mail: the folder into which messages are handed over.
    settled: whether the jobs had the time to come to their end.
    """
    yield from _commands(connection, told, company, name)
    yield from _rows(connection, told, company, name)
    for sentence, query in NEVER.items():
        for (which,) in connection.execute(query, [company]).fetchall():
            yield f"{which}: {sentence}"
    for (which,) in connection.execute(_WAITING, [company]).fetchall() if settled else ():
        yield f"{which}: the message still waits"
    yield from _messages(connection, company, mail)


def jobs_left(connection: psycopg.Connection[Any], company: int) -> int:
    """How many jobs that commands of this company asked for have not come to their end."""
    found = connection.execute(_LEFT, [company]).fetchone()
    return int(found[0]) if found else 0


def _commands(connection: psycopg.Connection[Any], told: Told, company: int, name: str) -> Iterator[str]:
    stored = {key: (command, result) for key, command, result in connection.execute(_ENTRIES, [company, f"{name}/%"])}
    for one in told.done:
        command, result = stored.pop(one.key, ("", ""))
        if not command:
            yield f"{one.key}: lost; {one.command} was acknowledged and is not recorded"
        elif command != one.command or not result.endswith(f":{one.result}"):
            yield f"{one.key}: acknowledged was {one.command} {one.result}, recorded is {command} {result}"
    for key in stored:
        yield f"{key}: recorded although nobody was told"
    for key, times in Counter(one.key for one in told.done).items():
        if times > 1:
            yield f"{key}: acknowledged {times} times; the clients are wrong"


def _rows(connection: psycopg.Connection[Any], told: Told, company: int, name: str) -> Iterator[str]:
    stored = dict(connection.execute(_PARTIES, [company, f"{name}/%"]).fetchall())
    wanted = {one.key.rpartition("/")[0] for one in told.done if one.command == "party.add_party"}
    for party in sorted(wanted | stored.keys()):
        if (times := stored.get(party, 0)) != (party in wanted):
            yield f"{party}: is there {times} times"
    for command, table in RESULTS.items():
        keys = sorted(one.result for one in told.done if one.command == command)
        there = {key for (key,) in connection.execute(sql.SQL(_KEYS).format(sql.Identifier(table)), [company])}
        for key in keys:
            if key not in there:
                yield f"{table} {key}: lost; it was acknowledged and is not there"
        if len(set(keys)) != len(keys):
            yield f"{table}: one row answered two commands"


def _messages(connection: psycopg.Connection[Any], company: int, mail: Path) -> Iterator[str]:
    """A message that counts as sent went out once; one of which that is not known at most once; any other not at all."""
    handed = Counter(str(message_from_bytes(text)["Message-ID"]).strip() for file in mail.glob("*") for text in _mails_in(file))
    query = "SELECT message_id, state FROM message_mail WHERE company_id = %s AND direction = 'out'"
    for message_id, state in connection.execute(query, [company]).fetchall():
        times = handed[message_id]
        if times > 1 or (state == "sent" and times == 0) or (state not in {"sent", "sending", "unclear"} and times):
            yield f"message {message_id}: {state}, handed over {times} times"


def _mails_in(file: Path) -> list[bytes]:
    """Django's file of sent mails holds one after the other, a line of dashes behind each."""
    return [part.strip() for part in file.read_bytes().split(b"-" * 79) if part.strip()]
