"""Whatever draws its own form shows what would be possible after a refusal as the common form does: filled in, led to, or said."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from enfilade.core.command import REGISTRY
from enfilade.core.context import Refusal
from enfilade.core.pages.forms import CommandForm
from enfilade.core.resource.hooks import DIALOGS
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)
HINTS = (
    {"label": "Take that day", "fill": {"on": "2026-01-05"}},
    {"label": "Complete the chart", "url": "/ledger/do/complete_chart/"},
    {"label": "The bill", "url": "/payables/bills/7/"},
    {"label": "Only words"},
)
FORMS = ["payables.enter_bill", "expenses.add_expense", "appointments.book_visit", "payables.enter_account"]


@pytest.mark.parametrize("name", FORMS)
def test_every_hint_is_drawn_as_what_it_is(name: str) -> None:
    ctx = make_ctx(make_company(), "*")
    with scope(ctx.company_id, read_only=True):
        form = CommandForm(REGISTRY[name], ctx)
        own = DIALOGS.get(name)
        context = form.refused(Refusal("no", "Not like this.", hints=HINTS)) | {"prefix": "dialog"}
        page = render_to_string(own.template if own else "core/parts/form_body.html", context | (own.build(ctx, {}) if own else {}))
    assert page.count("Not like this.") == 1
    assert 'data-fill="{&quot;on&quot;: &quot;2026-01-05&quot;}">Take that day<' in page
    assert 'hx-get="/ledger/do/complete_chart/?dialog=subdialog" hx-target="#subdialog-body">Complete the chart<' in page
    assert 'href="/payables/bills/7/">The bill<' in page
    assert 'data-tone="neutral">Only words<' in page
    assert 'data-fill=""' not in page
