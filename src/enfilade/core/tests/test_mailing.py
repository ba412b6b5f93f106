"""Notifications by e-mail: to whom, when, once, and nothing that was read already."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client, override_settings

from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.commands import choose_notification, read_notifications
from enfilade.core.context import Context, Invalid
from enfilade.core.mailing import LINES_MAX, mail_at_once, mail_digest
from enfilade.core.models import Membership, Notification
from enfilade.core.notify import tell
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

pytestmark = pytest.mark.django_db(transaction=True)
# 07:30 in Berlin.
MORNING = datetime(2026, 6, 1, 5, 30, tzinfo=UTC)


@pytest.fixture
def paul() -> Context:
    """A person who is told things."""
    return make_ctx(make_company(name="Linden", timezone="Europe/Berlin"), "*", name="Paul", now=MORNING)


def told(paul: Context, *texts: str, ref: str = "work.case:1", ago: timedelta = timedelta(minutes=1)) -> None:
    """The house tells him."""
    house = house_context(paul.company, now=paul.now - ago)
    with scope(paul.company_id):
        for text in texts:
            tell(house, [paul.user], text, ref)


def house(paul: Context, **later: float) -> Context:
    """The clock's caller."""
    return house_context(paul.company, now=paul.now + timedelta(**later))


def test_nothing_is_mailed_to_who_did_not_ask(paul: Context) -> None:
    """The bell is enough."""
    told(paul, "New case")
    assert (mail_at_once(house(paul)), mail_digest(house(paul))) == (0, 0)
    choose_notification(paul, how="page")
    assert mail_at_once(house(paul)) == 0


def test_at_once_is_one_mail_for_what_is_there(paul: Context) -> None:
    """Each notification once; what was read on the page is not mailed; old ones are no flood."""
    choose_notification(paul, how="email")
    told(paul, "Long ago", ago=timedelta(hours=3))
    told(paul, "One\nBcc: x@y.example")
    assert mail_at_once(house(paul)) == 1
    assert mail_at_once(house(paul)) == 0
    assert mail.outbox[0].subject == f"{paul.company.name}: One Bcc: x@y.example"
    assert mail.outbox[0].to == [paul.user.email]
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    told(paul, "Two", "Three")
    assert mail_at_once(house(paul)) == 1
    assert mail.outbox[1].subject == f"{paul.company.name}: 2 notifications"
    assert "- Two\n- Three\n" in mail.outbox[1].body
    told(paul, "Four")
    read_notifications(paul)
    assert mail_at_once(house(paul)) == 0


def test_each_kind_has_its_own_way(paul: Context) -> None:
    """Cases at once, the rest in the morning, the door never; the last choice counts."""
    for kind, how in (("work", "digest"), ("work", "email"), ("", "digest"), ("doors", "page")):
        choose_notification(paul, kind=kind, how=how)
    told(paul, "A case")
    told(paul, "A message", ref="message.mail:1")
    told(paul, "No record", ref="")
    told(paul, "At the door", ref="doors.heldcommand:1")
    assert mail_at_once(house(paul)) == 1
    assert mail_digest(house(paul, hours=1)) == 0
    assert mail_digest(house(paul)) == 1
    assert mail_digest(house(paul, minutes=20)) == 0
    assert [m.subject.partition(": ")[2] for m in mail.outbox] == ["A case", "2 notifications"]
    assert "- A message\n- No record\n" in mail.outbox[1].body
    with pytest.raises(Invalid):
        run_raw(paul, "core.choose_notification", {"how": "pigeon"})


def test_eight_workers_mail_once(paul: Context) -> None:
    """Rows that one of them has are left to it."""
    choose_notification(paul, how="email")
    told(paul, *(f"Number {n}" for n in range(LINES_MAX + 5)))
    assert sum(race(8, lambda _: mail_at_once(house(paul)))) == len(mail.outbox)
    lines = [line for m in mail.outbox for line in m.body.splitlines() if line.startswith("- Number")]
    assert len(lines) == len(set(lines)) == LINES_MAX
    assert "... and 5 more on the page." in mail.outbox[0].body


def test_who_left_and_other_companies_get_nothing(paul: Context) -> None:
    """An account that is shut out hears no more."""
    choose_notification(paul, how="email")
    told(paul, "Secret")
    stranger = replace(make_ctx(make_company(), "*"), now=MORNING)
    assert mail_at_once(house_context(stranger.company, now=MORNING)) == 0
    Membership.objects.filter(user=paul.user).update(active=False)
    assert mail_at_once(house(paul)) == 0
    assert mail.outbox == []


def test_a_server_that_is_away_costs_the_reminder_alone(paul: Context) -> None:
    """The page shows it; nobody gets a heap later."""
    choose_notification(paul, how="email")
    told(paul, "One")
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=9):
        assert mail_at_once(house(paul)) == 0
    assert mail_at_once(house(paul)) == 0
    with scope(paul.company_id):
        assert Notification.objects.get(user=paul.user).read_at is None


def test_links_bear_the_configured_name_or_none(paul: Context) -> None:
    """S16: no request says where a link leads."""
    choose_notification(paul, how="email")
    told(paul, "One")
    mail_at_once(house(paul))
    told(paul, "Two")
    with override_settings(SITE_URL="https://house.example"):
        mail_at_once(house(paul))
    assert "http" not in mail.outbox[0].body
    assert "https://house.example/work/cases/1/" in mail.outbox[1].body


def test_the_page_of_choices(paul: Context) -> None:
    """Shown as chosen, changed by a form, closed to who has no bell."""
    browser = Client()
    browser.force_login(paul.user, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post("/account/notifications/", {"how-": "page", "how-work": "digest", "how-doors": ""}).status_code == 302
    page = browser.get("/account/notifications/").content.decode()
    assert '<option value="digest" selected>' in page
    assert page.count("As everything") == page.count('name="how-') - 2
    assert browser.post("/account/notifications/", {"how-work": "pigeon"}).status_code == 422
    guest = Client()
    guest.force_login(make_ctx(paul.company, "work.view_case").user, backend="django.contrib.auth.backends.ModelBackend")
    assert guest.get("/account/notifications/").status_code == 403
