"""Hand the books out as a file, and keep what was handed out."""

from __future__ import annotations

import tempfile
from datetime import date
from typing import Annotated, Any

from stdnum.fr import siren as siren_number

from enfilade.core.command import Choice, Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.files import store_stream

from .formats import FORMATS
from .models import BooksFile
from .queries import read_books

MEMORY_MAX_BYTES = 8 * 1024 * 1024
YearStart = Annotated[date, Input(label="From")]


@command(permission="auditing.hand_out_books", label="Hand out the books", tone="primary", door=True)
def hand_out_books(
    ctx: Context,
    *,
    format: Annotated[str, Choice(*BooksFile.Format.choices)],  # noqa: A002 - the word of whoever asks
    from_on: YearStart,
    to_on: Annotated[date, Input(label="To")],
    siren: Annotated[str, Input(label="SIREN")] = "",
    consultant: Annotated[int, Input(label="Number of the consultant", min_value=1001, max_value=9_999_999)] = 1001,
    client: Annotated[int, Input(label="Number of the client", min_value=1, max_value=99_999)] = 1,
) -> BooksFile:
    """Write every entry between two days into a file for an auditor or an authority, and keep it with its hash.

    siren: of a FEC, the nine digits of the company, which its name begins with.
    consultant, client: of a file for DATEV, as the tax adviser says.
    Refuses: backwards, no_siren, one_year, datev_account, datev_party, three_decimals (of a currency, where the format has two), no_ledger,
    sums_differ.
    """
    if from_on > to_on:
        raise Refusal("backwards", "The last day comes after the first.", field="to_on")
    if format == BooksFile.Format.FEC and not siren_number.is_valid(siren):
        raise Refusal("no_siren", "A SIREN has nine digits, the last of which is right.", field="siren")
    made, books = FORMATS[format], read_books(ctx, from_on, to_on)
    if format == BooksFile.Format.FEC and len(list(books.years())) != 1:
        raise Refusal("one_year", "A FEC is of one year of accounts.", field="to_on")
    asked: dict[str, Any] = {"siren": siren_number.compact(siren), "consultant": consultant, "client": client}
    with tempfile.SpooledTemporaryFile(max_size=MEMORY_MAX_BYTES) as out:
        made.write(books, asked, out)
        if sum(books.moved.values()):
            raise Refusal("sums_differ", "Debits and credits of these days are not the same; run `enfilade verify`.")
        out.seek(0)
        stored = store_stream(ctx, made.name(books, asked), out, made.media_type)
    return BooksFile.objects.create(
        company=ctx.company,
        format=format,
        from_on=from_on,
        to_on=to_on,
        file=stored,
        sha256=stored.sha256,
        entry_count=books.entry_count,
        debit_minor=books.debit_minor,
        made_at=ctx.now,
        made_by=ctx.user,
    )
