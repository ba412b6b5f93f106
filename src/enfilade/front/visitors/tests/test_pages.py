"""The pages of visitors: what they show to whom, and that they cost the same however many there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.base.document.labels import labels_pdf
from enfilade.core.access import context_for
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx
from enfilade.front.visitors import commands
from enfilade.front.visitors.models import Entrance, Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/visitors/today/", "/visitors/roll/", "/visitors/visitors/", "/visitors/entrances/", "/visitors/watched-persons/")


def browser(ctx: Context) -> Client:
    """Signed in as somebody."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def come(desk: Context, host: Context, *names: str) -> None:
    """So many visitors come in now, which is what pages show."""
    for name in names:
        commands.receive_visitor(context_for(desk.user, desk.company), name=name, organisation="Weber Tools", host=host.user.pk)


@pytest.mark.parametrize("path", PAGES)
def test_who_may_enter(desk: Context, door: Entrance, path: str) -> None:
    """The desk may; nobody without the permission; strangers are asked to sign in."""
    assert browser(desk).get(path).status_code == 200
    assert browser(make_ctx(desk.company, "core.read_notifications")).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_the_house_the_roll_and_the_desk_show_who_is_here(desk: Context, host: Context, door: Entrance) -> None:
    """With badge and muster point; who may only look has no button."""
    come(desk, host, "Ida Weber")
    for path in ("/visitors/today/", "/visitors/roll/", "/reception/desk/"):
        page = browser(desk).get(path).content.decode()
        assert "Ida Weber" in page
        assert "Badge 1" in page
    assert "Car park, lamp 3" in browser(desk).get("/visitors/roll/").content.decode()
    looker = make_ctx(desk.company, "visitors.view_visitor", "reception.view_desk")
    for path in ("/visitors/today/", "/reception/desk/"):
        page = browser(looker).get(path).content.decode()
        assert "Ida Weber" in page
        assert "/visitors/do/" not in page


@pytest.mark.parametrize("path", ["/visitors/today/", "/visitors/roll/", "/reception/desk/queue/"])
def test_pages_cost_the_same_however_many_come(desk: Context, host: Context, door: Entrance, path: str) -> None:
    run_raw(desk, "visitors.change_entrance", {"entrance": door.pk, "badges": "50"})
    client, counts = browser(desk), []
    client.get(path)
    for names in (("A", "B"), ("C", "D", "E", "F", "G")):
        come(desk, host, *names)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(path)
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_badge_is_printed_as_a_label(desk: Context, host: Context, guest: Visitor) -> None:
    with scope(desk.company_id, read_only=True):
        visitor = Visitor.objects.select_related("host").get(pk=guest.pk)
        assert labels_pdf(desk, [visitor], sheet="roll_62", symbol="qr").startswith(b"%PDF")
