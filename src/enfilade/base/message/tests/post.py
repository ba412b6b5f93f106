"""A company with a mailbox and a customer, and a real mail server that can be told how to behave."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from django.test import override_settings

from enfilade.base.message import commands
from enfilade.base.message.jobs import empty_outbox_of_company
from enfilade.base.message.models import Mail, Recipient
from enfilade.base.party.commands import add_person
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.models import Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


@dataclass
class Server:
    """What a mail server took. refuse: address -> answer to RCPT; at_data: answer to the message; cut: hang up instead of answering."""

    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    at_data: str = "250 Taken as 42"
    cut: bool = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take an address or not."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message or not; or take it and die before saying so."""
        if self.at_data.startswith("250"):
            self.taken.append(cast("EmailMessage", email.message_from_bytes(envelope.content, policy=email.policy.default)))
            self.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
        if self.cut:
            server.transport.abort()
        return self.at_data


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def mail_server(**how: Any) -> Iterator[Server]:
    """A real SMTP server on a free port, to which Django sends."""
    server = Server(**how)
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=10
        ):
            yield server
    finally:
        controller.stop()


class Post:
    """The practice writes; ada is a customer with an address, bo has none."""

    def __init__(self) -> None:
        self.company = make_company(name="Linden")
        self.ctx = make_ctx(self.company, "*", role="owner", name="Paul")
        self.mailbox = run_raw(
            self.ctx, "message.add_mailbox", {"address": "office@linden.example", "name": 'Linden "Dental"', "preferred": True}
        )
        self.ada = add_person(self.ctx, name="Ada Löwe", email="ada@post.example")
        self.bo = add_person(self.ctx, name="Bo")

    def draft(self, **more: Any) -> Mail:
        """A message to ada."""
        return commands.draft_message(self.ctx, **{"party": self.ada, "subject": "Your visit", "text": "Hello Ada,\n\nsee you.", **more})

    def queued(self, **more: Any) -> Mail:
        """A message to ada in the outbox."""
        return commands.send_message(self.ctx, message=self.draft(**more))

    def house(self, **later: float) -> Context:
        """The clock's caller, some time on."""
        ctx = house_context(self.company)
        return replace(ctx, now=ctx.now + timedelta(**later))

    def empty(self, **later: float) -> int:
        """The minute job."""
        return empty_outbox_of_company(self.house(**later))

    def fresh(self, message: Mail) -> Mail:
        """As it is stored."""
        with scope(self.company.pk):
            return Mail.objects.select_related("thread").get(pk=message.pk)

    def states(self, message: Mail) -> dict[str, str]:
        """What became of it by address."""
        with scope(self.company.pk):
            return dict(Recipient.objects.filter(message=message).values_list("address", "state"))

    def told(self) -> list[str]:
        """What the owner was notified of."""
        with scope(self.company.pk):
            return list(Notification.objects.filter(user=self.ctx.user).order_by("pk").values_list("text", flat=True))
