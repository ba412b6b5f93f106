"""Fetching from a real IMAP server."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from enfilade.base.message import commands
from enfilade.base.message.jobs import fetch_mail_of_company
from enfilade.base.message.models import Mail, Mailbox
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .dovecot import PASSWORD, PROGRAM, USER, Imap, imap_server
from .mails import wire
from .test_receiving import Desk

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.server,
    pytest.mark.skipif(PROGRAM is None, reason="no IMAP server here: install the package dovecot-imapd"),
]


@pytest.fixture
def server() -> Iterator[Imap]:
    """Dovecot, with loopback allowed."""
    with imap_server() as running, override_settings(ALLOW_PRIVATE_HOSTS=True):
        yield running


@pytest.fixture
def desk(server: Imap) -> Desk:
    """A practice whose mailbox lies on that server."""
    made = Desk()
    there = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none", "imap_user": USER}
    run_raw(made.ctx, "message.change_mailbox", {"mailbox": made.mailbox.pk, **there})
    commands.set_mailbox_password(made.ctx, mailbox=made.mailbox, password=PASSWORD)
    return made


def fetch(desk: Desk) -> int:
    """The minute job."""
    return fetch_mail_of_company(desk.house())


def box(desk: Desk) -> Mailbox:
    """As it is stored."""
    with scope(desk.company.pk):
        return Mailbox.objects.get(pk=desk.mailbox.pk)


def test_new_mail_is_fetched_once(desk: Desk, server: Imap) -> None:
    """In order, from where the last reading ended; the server keeps it unread."""
    assert fetch(desk) == 0
    server.put(wire(message_id="<1@x>", subject="One"), wire(message_id="<2@x>", subject="Two"))
    assert fetch(desk) == 2
    assert fetch(desk) == 0
    server.put(wire(message_id="<3@x>", subject="Three"), wire(message_id="<1@x>", subject="One"))
    assert fetch(desk) == 2
    assert [c.title for c in desk.cases()] == ["One", "Two", "Three"]
    assert (box(desk).seen_uid, box(desk).problem) == (4, "")
    client = server.open()
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1] == [b"1 2 3 4"]
    client.logout()


def test_a_cut_between_taking_and_noting_takes_nothing_twice(desk: Desk, server: Imap) -> None:
    """kill -9 after the mail was taken, before the place was noted; and a folder that was made anew."""
    server.put(wire(message_id="<1@x>"))
    fetch(desk)
    commands.note_fetched(desk.house(), mailbox=desk.mailbox, validity=box(desk).seen_validity, uid=0)
    assert fetch(desk) == 1
    commands.note_fetched(desk.house(), mailbox=desk.mailbox, validity=1, uid=99)
    assert fetch(desk) == 1
    assert len(desk.cases()) == 1


def test_a_mail_that_is_too_large_stays_there_and_is_told(desk: Desk, server: Imap) -> None:
    """Its head is kept."""
    server.put(wire("x" * (21 * 1024 * 1024), subject="Huge"))
    assert fetch(desk) == 1
    (case,) = desk.cases()
    assert case.title == "Huge"
    assert case.description == "This mail is larger than 20 MB. It is still on the mail server."


def test_a_server_that_does_not_let_us_in_is_told_once(desk: Desk, server: Imap) -> None:
    """The reason stands at the mailbox until it works again."""
    commands.set_mailbox_password(desk.ctx, mailbox=desk.mailbox, password="wrong")
    assert [fetch(desk), fetch(desk)] == [0, 0]
    assert "The server says no" in box(desk).problem
    assert len([t for t in desk.told() if t.startswith("Mail of office@linden.example can't be fetched")]) == 1
    commands.set_mailbox_password(desk.ctx, mailbox=desk.mailbox, password=PASSWORD)
    fetch(desk)
    assert box(desk).problem == ""
    assert PASSWORD not in box(desk).sealed_password


def test_nobody_looks_into_the_house_by_a_mailbox(desk: Desk, server: Imap) -> None:
    """S10: loopback, private, link-local and disguised addresses are refused before anything is sent there."""
    server.put(wire())
    with override_settings(ALLOW_PRIVATE_HOSTS=False):
        for host in ("127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "2130706433", "0x7f.1"):
            run_raw(desk.ctx, "message.change_mailbox", {"mailbox": desk.mailbox.pk, "imap_host": host})
            assert fetch(desk) == 0
            assert "private network" in box(desk).problem, host
    with scope(desk.company.pk):
        assert not Mail.objects.exists()


def test_without_a_queue_the_mail_waits_on_the_server(desk: Desk, server: Imap) -> None:
    """And comes in as soon as somebody answers."""
    run_raw(desk.ctx, "message.change_mailbox", {"mailbox": desk.mailbox.pk, "queue": None})
    server.put(wire())
    assert fetch(desk) == 0
    assert box(desk).problem.startswith("Nobody answers office@linden.example")
    run_raw(desk.ctx, "message.change_mailbox", {"mailbox": desk.mailbox.pk, "queue": desk.queue.pk})
    assert fetch(desk) == 1
