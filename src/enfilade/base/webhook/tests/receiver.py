"""A subscriber: a real HTTP server that remembers what it was told, and can be told how to answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import override_settings

from enfilade.base.webhook import commands
from enfilade.base.webhook.jobs import call_due_of_company
from enfilade.base.webhook.models import Delivery, Subscription
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


@dataclass
class Receiver:
    """calls: headers and body of each. status, headers: of its answers."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], str]] = field(default_factory=list)


@contextmanager
def receiver(**how: Any) -> Iterator[Receiver]:
    """A server on loopback, which is allowed for as long."""
    told = Receiver(**how)

    class Handler(BaseHTTPRequestHandler):
        """Answers as it was told."""

        def do_POST(self) -> None:
            """Take a call."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_address[1]}/hook?x=1"
    try:
        with override_settings(ALLOW_PRIVATE_HOSTS=True):
            yield told
    finally:
        server.shutdown()
        server.server_close()


class House:
    """A company whose events are told."""

    def __init__(self) -> None:
        self.company = make_company(name="Linden")
        self.ctx = make_ctx(self.company, "*", role="owner", name="Paul")

    def subscribe(self, address: str, *events: str, name: str = "Shop") -> tuple[Subscription, str]:
        """A subscription and its secret."""
        made = commands.add_subscription(self.ctx, name=name, address=address, events=list(events or ("work.*",)))
        with scope(self.company.pk):
            return Subscription.objects.get(name=name, company=self.company), made.secret

    def happen(self, title: str = "Something", ctx: Context | None = None) -> None:
        """An event: work.CaseOpened."""
        run_raw(ctx or self.ctx, "work.open_case", {"kind": "task", "title": title})

    def later(self, **span: float) -> Context:
        """The house some time on."""
        ctx = house_context(self.company)
        return replace(ctx, now=ctx.now + timedelta(**span))

    def call(self, **span: float) -> int:
        """The minute job."""
        return call_due_of_company(self.later(**span))

    def deliveries(self) -> list[Delivery]:
        """All, oldest first."""
        with scope(self.company.pk):
            return list(Delivery.objects.visible_to(self.ctx).select_related("event", "subscription").order_by("pk"))

    def fresh(self, subscription: Subscription) -> Subscription:
        """As it is stored."""
        with scope(self.company.pk):
            return Subscription.objects.get(pk=subscription.pk)
