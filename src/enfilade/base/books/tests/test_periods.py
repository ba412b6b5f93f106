"""Periods that close softly: whoever writes, somebody let them, for a while, and said why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from enfilade.base.books.commands import admit_late, close_period, reopen_period, soft_close_period
from enfilade.base.books.models import LateAdmission, Period
from enfilade.base.books.verify import verify_books
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .support import DAY, Shop, as_app, as_owner

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY = DAY.replace(month=1)


def refused(code: str, run: Any) -> None:
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code


def test_a_softly_closed_period_takes_entries_of_those_who_are_admitted() -> None:
    shop = Shop()
    clerk = make_ctx(shop.company, "*")
    shop.sale(on=JANUARY)
    january = soft_close_period(shop.ctx, period=shop.period(1))
    assert shop.sale(), "March is open as before"
    refused("entry_period_admitted", lambda: shop.sale(on=JANUARY))
    admit_late(shop.ctx, period=january, who=clerk.user, reason="A bill came late", hours=2)
    refused("entry_period_admitted", lambda: shop.sale(on=JANUARY))
    shop.sale(on=JANUARY, ctx=clerk)
    with scope(shop.company.pk):
        assert [(a.user, a.reason, a.until - a.admitted_at) for a in LateAdmission.objects.all()] == [
            (clerk.user, "A bill came late", timedelta(hours=2))
        ]
    january = close_period(shop.ctx, period=january)
    refused("entry_period_open", lambda: shop.sale(on=JANUARY, ctx=clerk))
    refused("not_soft", lambda: admit_late(shop.ctx, period=january, who=clerk.user, reason="x"))
    reopen_period(shop.ctx, period=january, reason="x")
    shop.sale(on=JANUARY)
    with scope(shop.company.pk, read_only=True):
        assert verify_books(shop.ctx) == []


def test_an_admission_ends_and_says_why() -> None:
    shop = Shop()
    january = soft_close_period(shop.ctx, period=shop.period(1))
    earlier = replace(shop.ctx, now=shop.ctx.now - timedelta(hours=3))
    admit_late(earlier, period=january, who=shop.ctx.user, reason="x", hours=2)
    refused("entry_period_admitted", lambda: shop.sale(on=JANUARY))
    refused("late_admission_says_why", lambda: admit_late(shop.ctx, period=january, who=shop.ctx.user, reason=""))
    refused("late_admission_short", lambda: admit_late(shop.ctx, period=january, who=shop.ctx.user, reason="x", hours=169))


def test_periods_close_softly_in_order() -> None:
    shop = Shop()
    refused("period_in_order", lambda: soft_close_period(shop.ctx, period=shop.period(2)))
    soft_close_period(shop.ctx, period=shop.period(1))
    soft_close_period(shop.ctx, period=shop.period(2))
    refused("period_in_order", lambda: close_period(shop.ctx, period=shop.period(2)))
    refused("period_in_order", lambda: reopen_period(shop.ctx, period=shop.period(1), reason="x"))
    close_period(shop.ctx, period=shop.period(1))
    refused("not_open", lambda: close_period(shop.ctx, period=shop.period(1)))
    reopen_period(shop.ctx, period=shop.period(2), reason="x")
    reopen_period(shop.ctx, period=shop.period(1), reason="x")
    assert shop.period(1).state == Period.State.OPEN


@pytest.mark.parametrize("way", [as_app, as_owner], ids=["program", "owner"])
def test_by_hand_nobody_posts_past_an_admission(way: Any) -> None:
    shop = Shop()
    january = soft_close_period(shop.ctx, period=shop.period(1))
    entry = (
        'INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count, user_id) '
        "VALUES (%s, %s, 0, %s, now(), 'x', '', 2, %s)"
    )
    admission = (
        "INSERT INTO books_lateadmission (company_id, period_id, user_id, reason, until, admitted_by_id, admitted_at) "
        "VALUES (%s, %s, %s, %s, now() + interval '1 hour', %s, now())"
    )
    march, who = shop.period(3), shop.ctx.user.pk
    attacks: list[tuple[str, list[Any], str]] = [
        (entry, [shop.company.pk, shop.book.pk, JANUARY, who], "entry_period_admitted"),
        (entry, [shop.company.pk, shop.book.pk, JANUARY, None], "entry_period_admitted"),
        (admission, [shop.company.pk, march.pk, who, "x", who], "late_admission_fits"),
        (admission, [shop.company.pk, january.pk, who, "", who], "late_admission_says_why"),
        ("UPDATE books_period SET state = 'open' WHERE id = %s", [january.pk], ""),
    ]
    for statement, values, name in attacks[:4]:
        with pytest.raises(DatabaseError) as no, way(shop.company) as cursor:
            cursor.execute(statement, values)
        assert no.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
    admit_late(shop.ctx, period=january, who=who, reason="x")
    with pytest.raises(DatabaseError), way(shop.company) as cursor:
        cursor.execute("UPDATE books_lateadmission SET until = until + interval '1 day'")
