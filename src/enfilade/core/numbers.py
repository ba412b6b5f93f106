"""Gap-free numbers: one counter row per series, locked last and held until the transaction ends."""

from django.db import connection

from .context import Context

_DRAW = """
INSERT INTO core_counter (company_id, series, value) VALUES (%s, %s, %s)
ON CONFLICT (company_id, series) DO UPDATE SET value = core_counter.value + excluded.value RETURNING value
"""


def draw(ctx: Context, series: str, many: int = 1) -> int:
    """The next number of a series of the caller's company, beginning with 1.

    many: so many numbers at once; the last of them is given.

    A transaction that rolls back gives its number back. Everybody else who wants one waits until this transaction
    ends, so draw as late as the command allows.
    Source: Directive 2006/112/EC art. 226(2): a sequential number.
    """
    if ctx.work is None:
        raise RuntimeError("numbers are drawn inside commands")
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [ctx.company_id, series, many])
        return int(cursor.fetchone()[0])


def document_number(prefix: str, year: int, number: int) -> str:
    """A number as it stands on paper: INV-2026-00001."""
    return f"{prefix}-{year}-{number:05d}"


def draw_number(ctx: Context, series: str, prefix: str, year: int) -> str:
    """The next number of a series of a year, as it stands on paper."""
    return document_number(prefix, year, draw(ctx, f"{series}:{year}"))
