"""Traces: request, command and job hang together, carry the numbers by which one finds them, and tell nothing personal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from procrastinate.contrib.django.models import ProcrastinateJob

from enfilade.core.context import Context
from enfilade.core.jobs import react
from enfilade.core.models import AuditEntry
from enfilade.core.scope import scope
from enfilade.core.traces import carried, traced_into

from .callers import Program, browser_of
from .test_logs import Lines, lines  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
ITEM = {"code": "A", "name": "A secret name", "price": "1.00"}


class Spans:
    """What was exported so far."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def named(self, name: str) -> ReadableSpan:
        """The only span of a name."""
        (found,) = [s for s in self.exporter.get_finished_spans() if s.name == name]
        return found


@pytest.fixture
def spans() -> Iterator[Spans]:
    """Tracing into memory."""
    made = Spans()
    with traced_into(made.exporter):
        yield made


def test_a_command_hangs_below_its_request(owner: Context, spans: Spans, lines: Lines) -> None:  # noqa: F811
    answer = Program(owner).post("item/items/", ITEM)
    request, command = spans.named("POST /api/v1/item/items/"), spans.named("item.add_item")
    assert command.parent is not None
    assert command.parent.span_id == request.context.span_id
    told, of_request = dict(command.attributes or {}), dict(request.attributes or {})
    assert of_request["enfilade.request"] == told["enfilade.request"] == answer["X-Request-ID"]
    assert (of_request["http.response.status_code"], of_request["url.path"]) == (201, "/api/v1/item/items/")
    with scope(owner.company_id, read_only=True):
        entry = AuditEntry.objects.visible_to(owner).order_by("-pk")[0]
    assert (told["enfilade.entry"], told["enfilade.outcome"]) == (entry.pk, "done")
    assert of_request["enfilade.statements"] > told["enfilade.statements"] > 3
    number = format(request.context.trace_id, "032x")
    assert {line["trace_id"] for line in (*lines.of("enfilade.request"), *lines.of("enfilade.command"))} == {number}
    assert "secret" not in "".join(s.to_json() for s in spans.exporter.get_finished_spans())


def test_a_caller_may_have_begun_the_trace_and_a_refusal_is_no_fault(owner: Context, spans: Spans) -> None:
    parent = f"00-{'ab' * 16}-{'cd' * 8}-01"
    browser_of(owner).get("/item/items/?q=Anna+Schmidt", headers={"traceparent": parent})
    assert format(spans.named("GET /item/items/").context.trace_id, "032x") == "ab" * 16
    Program(owner).post("item/items/", ITEM)
    spans.exporter.clear()
    Program(owner).post("item/items/", ITEM)
    command = spans.named("item.add_item")
    assert command.status.is_unset
    assert (command.attributes or {})["enfilade.outcome"] not in {"done", "failed"}


def test_a_job_continues_the_trace_of_the_command_that_queued_it(owner: Context, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(owner)
    party = program.post("party/parties/", {"kind": "person", "name": "Anybody", "email": "anybody@example.com"}).json()
    program.post("do/message/add_mailbox/", {"name": "Desk", "address": "desk@example.com", "preferred": True})
    wrote = program.post("do/message/draft_message/", {"party": party["id"], "subject": "Hello", "text": "Hello"}).json()
    spans.exporter.clear()
    sent = program.post("do/message/send_message/", {"message": wrote["id"]})
    assert sent.status_code == 200, sent.content
    command = spans.named("message.send_message")
    queued: Any = ProcrastinateJob.objects.filter(task_name="core.react").latest("pk").args
    ran: list[str] = []
    monkeypatch.setattr("enfilade.base.message.reactions.deliver", lambda ctx, pk: ran.append(ctx.channel))
    react(**queued)
    assert ran
    job = spans.named("core.react")
    assert job.context.trace_id == command.context.trace_id
    assert job.parent is not None
    assert job.parent.span_id == command.context.span_id


def test_without_a_collector_nothing_of_it_is_loaded_or_carried(owner: Context) -> None:
    assert carried() == {}
    code = "import django; django.setup(); import sys; print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    env = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")} | {"DJANGO_SETTINGS_MODULE": "enfilade.site.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout == "[]\n"
