"""Live updates for open pages: one LISTEN connection fans out to every browser over server-sent events. Beside it, the agent server.

A browser is told only which kinds of record changed in its company; it fetches them again with its own rights. The
stream is opened with the session cookie of the page; a stranger gets 401.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

from enfilade.core.logs import serve_form

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
serve_form()

import django

django.setup()

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, close_old_connections, connections
from django.http import HttpRequest
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from enfilade.core.access import companies_of
from enfilade.core.live import CHANNEL
from enfilade.core.metrics import exposition
from enfilade.site.agents import AgentServer

QUEUE_MAX = 200
KEEPALIVE_S = 15
# Then the browser asks again by itself, with the session it has by then: who was shut out hears nothing more.
STREAM_MAX_S = 600
# Of the parameters of a connection, what is Django's and not libpq's.
OF_DJANGO = {"context", "cursor_factory", "prepare_threshold"}
# The topic of whoever may have missed something: fetch all that the page shows.
EVERYTHING = "*"
SUBSCRIBERS: dict[asyncio.Queue[list[str]], int] = {}
AGENTS = AgentServer()


def connection_parameters() -> dict[str, Any]:
    """What libpq needs to reach the database of the site."""
    return {k: v for k, v in connections["default"].get_connection_params().items() if k not in OF_DJANGO}


async def listen() -> None:
    """Hold one connection that hears every announcement; connect again when it breaks, and have pages fetch what they missed."""
    while True:
        with contextlib.suppress(psycopg.Error, OSError):
            async with await psycopg.AsyncConnection.connect(**connection_parameters(), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                for queue in list(SUBSCRIBERS):
                    start_over(queue)
                async for notice in connection.notifies():
                    fan_out(notice.payload)
        await asyncio.sleep(1)


def fan_out(payload: str) -> None:
    """Give an announcement to the pages of its company."""
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(payload)
        company, topics = int(found["company"]), [str(t) for t in found["topics"]]
        for queue, of in list(SUBSCRIBERS.items()):
            if of == company:
                if queue.full():
                    start_over(queue)
                else:
                    queue.put_nowait(topics)


def start_over(queue: asyncio.Queue[list[str]]) -> None:
    """Have a page fetch everything, in place of the announcements that wait for it."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait([EVERYTHING])


def company_of(cookies: dict[str, str]) -> int | None:
    """The company that the session of these cookies works for, None for a stranger."""
    close_old_connections()
    try:
        session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME) or None)
        if SESSION_KEY not in session:
            return None
        request = HttpRequest()
        request.session = session
        user: Any = get_user(request)
        companies = companies_of(user) if user.is_authenticated else []
        chosen = session.get("company")
        return next((c.pk for c in companies if c.pk == chosen), companies[0].pk if companies else None)
    finally:
        connections.close_all()


async def events(request: Request) -> Response:
    """GET /events: the stream."""
    cookies = {k: m.value for k, m in SimpleCookie(request.headers.get("cookie", "")).items()}
    company = await sync_to_async(company_of, thread_sensitive=False)(cookies)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **allowed_origin(request)}
    if company is None:
        return JSONResponse({"detail": "Sign in first."}, status_code=401, headers=headers)
    return StreamingResponse(stream(company), media_type="text/event-stream", headers=headers)


def allowed_origin(request: Request) -> dict[str, str]:
    """The page comes from another port of the same host (or from the same origin behind a proxy); no other may read the stream."""
    origin = request.headers.get("origin", "")
    host = origin.partition("://")[2].partition(":")[0]
    if origin and host == request.headers.get("host", "").partition(":")[0]:
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
    return {}


async def stream(company: int) -> AsyncIterator[bytes]:
    """Announcements of one company until the browser goes away, or has to show again who it is."""
    queue: asyncio.Queue[list[str]] = asyncio.Queue(QUEUE_MAX)
    SUBSCRIBERS[queue] = company
    ends_at = asyncio.get_running_loop().time() + STREAM_MAX_S
    try:
        yield b"retry: 2000\n\n: hello\n\n"
        while asyncio.get_running_loop().time() < ends_at:
            try:
                topics = await asyncio.wait_for(queue.get(), KEEPALIVE_S)
                yield f"data: {json.dumps({'topics': topics})}\n\n".encode()
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        SUBSCRIBERS.pop(queue, None)


async def health(request: Request) -> Response:
    """GET /health."""
    return JSONResponse({"ok": True, "pages": len(SUBSCRIBERS)})


async def metrics(request: Request) -> Response:
    """GET /metrics: for Prometheus. METRICS_TOKEN, where it is set, has to come as a bearer token."""
    wanted, given = os.environ.get("METRICS_TOKEN", ""), request.headers.get("authorization", "")
    if wanted and not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        return JSONResponse({"detail": "Send the token of METRICS_TOKEN."}, status_code=401)
    try:
        text = await sync_to_async(figures, thread_sensitive=False)()
    except DatabaseError:
        return JSONResponse({"detail": "The database does not answer."}, status_code=503)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def figures() -> bytes:
    """The figures, read over a connection that is given back."""
    close_old_connections()
    try:
        return exposition()
    finally:
        connections.close_all()


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Listen while the process runs."""
    task = asyncio.create_task(listen())
    async with AGENTS.running():
        yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


ROUTES = [Route("/events", events), Route("/health", health), Route("/metrics", metrics), Route("/mcp", AGENTS)]
application = Starlette(routes=ROUTES, lifespan=lifespan)
