"""Cheque books: taken into use, adjusted to the printer, ended."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.banking.models import BankAccount
from enfilade.back.cheques.models import ChequeBook
from enfilade.core.command import Input, command
from enfilade.core.context import Context

from .common import Row

OurAccount = Annotated[Row, Input(shared=True, label="Bank account", query="active=true")]
Number = Annotated[int, Input(min_value=1, max_value=999_999_999_999)]
ToTheRight = Annotated[int, Input(label="Moved to the right (mm)", min_value=-50, max_value=50)]
Down = Annotated[int, Input(label="Moved down (mm)", min_value=-50, max_value=50)]
StaleDays = Annotated[int, Input(label="Stale after days", min_value=1, max_value=3_650, seldom=True)]


@command(permission="cheques.open_chequebook", label="Take a cheque book into use", tone="primary", target="")
def open_chequebook(
    ctx: Context, *, bank_account: OurAccount[BankAccount], first_number: Number, last_number: Number, stale_days: StaleDays = 180
) -> ChequeBook:
    """Say which numbered forms of a bank account are there to be written.

    first_number: of the first form, as it is printed on it.
    last_number: of the last form.
    stale_days: after so many days a cheque counts as stale: the bank need not pay it any more.
    Refuses: cheque_book_has_numbers, cheque_numbers_in_one_book (database).
    """
    return ChequeBook.objects.create(
        company=ctx.company,
        bank_account=bank_account,
        first_number=first_number,
        last_number=last_number,
        next_number=first_number,
        stale_days=stale_days,
    )


@command(permission="cheques.move_print", label="Adjust the print")
def move_print(ctx: Context, *, book: ChequeBook, right_mm: ToTheRight = 0, down_mm: Down = 0) -> ChequeBook:
    """Move what is printed on the forms of a cheque book, so that it meets their lines.

    right_mm: so many millimetres to the right; below zero to the left.
    down_mm: so many millimetres down; below zero up.
    """
    del ctx
    book.right_mm, book.down_mm = right_mm, down_mm
    book.save(update_fields=["right_mm", "down_mm"])
    return book


@command(permission="cheques.end_chequebook", label="End", tone="danger")
def end_chequebook(ctx: Context, *, book: ChequeBook) -> ChequeBook:
    """Say that no form of a cheque book is used any more; what was written stays."""
    del ctx
    book.state = ChequeBook.State.ENDED
    book.save(update_fields=["state"])
    return book
