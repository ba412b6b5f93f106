"""Traces: a span for each request, command and job, with how many statements it sent to the database; a job continues what queued it.

Off, and nothing of it loaded, unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector; the other OTEL_ variables mean what OpenTelemetry says.
A span holds numbers of requests and rows, names of commands and routes; never what was typed, a query string or the text of an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db import connection
from structlog.contextvars import bound_contextvars, get_contextvars

from .context import Held, Refusal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter, SpanProcessor
    from opentelemetry.trace import Span, Tracer

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PARENT = "traceparent"
_LOCK = Lock()
# One per process, made at the first span: the sender is a thread, which a process that is still to be forked must not have.
_TRACERS: dict[int, Tracer] = {}


class Traced:
    """A span under way; without a collector one that forgets everything."""

    def __init__(self, span: Span | None = None) -> None:
        self.span, self.statements = span, 0

    def note(self, **facts: str | float | None) -> None:
        """Facts of the house, as `enfilade.<name>`; what is None is left out."""
        self.attributes({f"enfilade.{name}": value for name, value in facts.items()})

    def attributes(self, facts: Mapping[str, str | float | None]) -> None:
        """Facts under the names that OpenTelemetry gives them."""
        for name, value in facts.items() if self.span else ():
            if value is not None and self.span:
                self.span.set_attribute(name, value)

    def call(self, name: str) -> None:
        """Name it anew, once more is known."""
        if self.span:
            self.span.update_name(name)

    def fail(self, why: str) -> None:
        """Mark it as gone wrong. why: a status or the name of a class, never a text."""
        if self.span:
            from opentelemetry.trace import StatusCode

            self.span.set_status(StatusCode.ERROR)
            self.span.set_attribute("error.type", why)

    def count(self, execute: Callable[..., Any], query: Any, params: Any, many: bool, context: Any) -> Any:
        """Stand around each statement of the connection (Django's execute_wrapper)."""
        self.statements += 1
        return execute(query, params, many, context)


@contextmanager
def traced(name: str, *, kind: str = "internal", parent: str = "") -> Iterator[Traced]:
    """A span around what is done inside; its number goes into the log lines of the same.

    kind: server (somebody waits outside), consumer (a job), internal.
    parent: a `traceparent` (W3C) that it continues; without one, the span around it.
    """
    tracer = _tracer()
    if tracer is None:
        yield Traced()
        return
    from opentelemetry.trace import SpanKind, format_trace_id
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    outer = TraceContextTextMapPropagator().extract({PARENT: parent}) if parent else None
    with tracer.start_as_current_span(name, outer, SpanKind[kind.upper()], record_exception=False, set_status_on_exception=False) as span:
        made = Traced(span)
        made.note(request=get_contextvars().get("request_id"))
        try:
            with bound_contextvars(trace_id=format_trace_id(span.get_span_context().trace_id)), connection.execute_wrapper(made.count):
                yield made
        except (Refusal, Held):
            # No fault: a rule said no, or wants somebody else to look first.
            raise
        except Exception as error:
            made.fail(type(error).__name__)
            raise
        finally:
            made.note(statements=made.statements)


def carried() -> dict[str, str]:
    """What a job is given so that it continues this trace: nothing where there is none."""
    found: dict[str, str] = {}
    if _tracer() is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(found)
    return {"trace": found[PARENT]} if PARENT in found else {}


@contextmanager
def traced_into(exporter: SpanExporter) -> Iterator[None]:
    """For tests: spans of this process go into an exporter, each as it ends."""
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    before = _TRACERS.pop(os.getpid(), None)
    _TRACERS[os.getpid()] = _make(SimpleSpanProcessor(exporter))
    try:
        yield
    finally:
        del _TRACERS[os.getpid()]
        if before is not None:
            _TRACERS[os.getpid()] = before


def _tracer() -> Tracer | None:
    """The tracer of this process; None where no collector is named."""
    found = _TRACERS.get(os.getpid())
    if found is None and os.environ.get(ENDPOINT):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        with _LOCK:
            found = _TRACERS.get(os.getpid()) or _make(BatchSpanProcessor(OTLPSpanExporter()))
            _TRACERS[os.getpid()] = found
    return found


def _make(processor: SpanProcessor) -> Tracer:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider

    name = os.environ.get("OTEL_SERVICE_NAME") or "enfilade"
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    provider.add_span_processor(processor)
    return provider.get_tracer("enfilade")
