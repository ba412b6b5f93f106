"""The live stream: only members hear it, only of their own company, and never more than which records changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from enfilade.core.context import Context
from enfilade.core.live import CHANNEL, TOPICS_MAX, announce
from enfilade.core.models import Membership
from enfilade.site import live

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db


class Ear:
    """One request to the process of the stream, as its server would pass it on."""

    def __init__(self, path: str = "/events", **headers: str) -> None:
        names = {"host": "127.0.0.1:8001", **headers}
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in names.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8001),
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.gone = asyncio.Event()

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.body += message.get("body", b"")

    async def listen(self, meanwhile: Callable[[], Awaitable[None]]) -> Ear:
        """Connect, let something happen, disconnect."""
        task = asyncio.create_task(live.application(self.scope, self._receive, self._send))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if self.body or task.done():
                break
        await meanwhile()
        await asyncio.sleep(0.05)
        self.gone.set()
        await asyncio.wait_for(task, 5)
        return self

    @property
    def heard(self) -> list[list[str]]:
        """The topics of each announcement."""
        return [json.loads(line[6:])["topics"] for line in self.body.decode().splitlines() if line.startswith("data: ")]


def cookie_of(ctx: Context) -> str:
    """The session cookie of a browser."""
    return f"{settings.SESSION_COOKIE_NAME}={browser_of(ctx).cookies[settings.SESSION_COOKIE_NAME].value}"


def hear(*payloads: str, **headers: str) -> Ear:
    """One listener, while these announcements arrive."""

    async def arrive() -> None:
        for payload in payloads:
            live.fan_out(payload)

    async def run() -> Ear:
        return await Ear(**headers).listen(arrive)

    return asyncio.run(run())


def payload(company: int, *topics: str) -> str:
    """What the database says."""
    return json.dumps({"company": company, "topics": topics})


def test_a_member_hears_her_company_and_no_other(owner: Context, stranger: Context) -> None:
    found = hear(payload(stranger.company_id, "item.item:1"), payload(owner.company_id, "item.item:2"), cookie=cookie_of(owner))
    assert (found.status, found.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert found.headers["cache-control"] == "no-store"
    assert found.heard == [["item.item:2"]]
    assert live.SUBSCRIBERS == {}, "nobody is kept who went away"


@pytest.mark.parametrize(
    "cookie", ["", "sessionid=", "sessionid=unknown", "sessionid=é", "x=y; sessionid", 'sessionid="\\', "sessionid=" + "x" * 5000]
)
def test_a_stranger_hears_nothing(owner: Context, cookie: str) -> None:
    found = hear(payload(owner.company_id, "item.item:2"), cookie=cookie)
    assert (found.status, found.heard) == (401, [])
    assert live.SUBSCRIBERS == {}


def test_who_left_or_is_disabled_hears_nothing(owner: Context) -> None:
    cookie = cookie_of(owner)
    Membership.objects.filter(user=owner.user).update(active=False)
    assert hear(payload(owner.company_id, "x"), cookie=cookie).status == 401
    Membership.objects.filter(user=owner.user).update(active=True)
    owner.user.set_password("another-long-password")
    owner.user.save()
    assert hear(payload(owner.company_id, "x"), cookie=cookie).status == 401
    again = cookie_of(owner)
    owner.user.is_active = False
    owner.user.save()
    assert hear(payload(owner.company_id, "x"), cookie=again).status == 401


def test_a_token_of_the_api_opens_no_stream(owner: Context) -> None:
    assert hear(authorization=f"Bearer {Program(owner).token}").status == 401


@pytest.mark.parametrize(
    "notice",
    ["", "x", "[]", "null", "{}", '{"company": "x", "topics": []}', '{"company": 1}', '{"company": null, "topics": 7}', "[" * 5000],
)
def test_odd_announcements_disturb_nobody(owner: Context, notice: str) -> None:
    """The channel belongs to the database; whatever is said there, the stream goes on."""
    found = hear(notice, payload(owner.company_id, "item.item:2"), cookie=cookie_of(owner))
    assert found.heard == [["item.item:2"]]


def test_a_page_that_does_not_keep_up_fetches_everything() -> None:
    async def run() -> list[list[str]]:
        queue: asyncio.Queue[list[str]] = asyncio.Queue(live.QUEUE_MAX)
        live.SUBSCRIBERS[queue] = 7
        for number in range(live.QUEUE_MAX + 3):
            live.fan_out(payload(7, f"x:{number}"))
        del live.SUBSCRIBERS[queue]
        return [queue.get_nowait() for _ in range(queue.qsize())]

    assert asyncio.run(run()) == [[live.EVERYTHING], ["x:201"], ["x:202"]]


@pytest.mark.server
def test_who_could_not_listen_has_pages_fetch_what_they_missed(owner: Context) -> None:
    """The connection that listens is ended by the database; what was said until it is back is lost, so everything is fetched."""

    async def heard_after(action: Callable[[], object]) -> list[str]:
        await asyncio.to_thread(action)
        return await asyncio.wait_for(queue.get(), 20)

    def end_it() -> None:
        with psycopg.connect(**live.connection_parameters(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {CHANNEL}"])

    async def run() -> list[list[str]]:
        live.SUBSCRIBERS[queue] = owner.company_id
        task = asyncio.create_task(live.listen())
        try:
            return [await heard_after(lambda: None), await heard_after(end_it)]
        finally:
            del live.SUBSCRIBERS[queue]
            task.cancel()

    queue: asyncio.Queue[list[str]] = asyncio.Queue(live.QUEUE_MAX)
    assert asyncio.run(run()) == [[live.EVERYTHING], [live.EVERYTHING]]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.0.0.1", True),
        ("http://evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://evil.example:8001", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_pages_of_this_host_may_read_it(owner: Context, origin: str, allowed: bool) -> None:
    """Another site can open the address with the visitor's cookie, but its browser hands it nothing."""
    found = hear(cookie=cookie_of(owner), **({"origin": origin} if origin else {}))
    assert ("access-control-allow-origin" in found.headers) is allowed
    assert found.headers.get("access-control-allow-origin", origin) == origin


def test_a_stream_ends_so_that_rights_are_asked_again(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAM_MAX_S", 0)
    found = hear(cookie=cookie_of(owner))
    assert (found.status, b"retry: 2000" in found.body) == (200, True)


def test_health() -> None:
    found = asyncio.run(Ear("/health").listen(lambda: asyncio.sleep(0)))
    assert (found.status, json.loads(found.body)) == (200, {"ok": True, "pages": 0})


def test_the_database_tells_what_changed_and_nothing_else(owner: Context) -> None:
    """After the commit, by number; a refused command and a rehearsal say nothing; many records are told by kind."""
    program, before = Program(owner), connection.connection
    assert before is not None
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    try:
        program.post("item/items/", {"code": "A", "name": "x", "price": "-1"})
        program.post("item/items/?rehearse=1", {"code": "A", "name": "x"})
        key = program.post("item/items/", {"code": "A", "name": "Secret name"}).json()["id"]
        announce(owner.company_id, ["import.done"])
        told = [json.loads(n.payload) for n in before.notifies(timeout=0.2)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"UNLISTEN {CHANNEL}")
    assert told == [{"company": owner.company_id, "topics": [f"item.item:{key}"]}, {"company": owner.company_id, "topics": ["import.done"]}]
    assert TOPICS_MAX < 100
