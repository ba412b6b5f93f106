"""The world in which a story is told: a demo practice, and its people at the API."""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from enfilade.core.access import issue_token
from enfilade.core.context import Context
from enfilade.core.testing import make_company, make_ctx
from tests.entrances.made_client import client_module, house_of

KEYS = itertools.count(1)
ZONE = "Europe/Berlin"


class Answer:
    """What the API said: `status`, and the JSON by name or index."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: Any = response.json() if "json" in response.headers.get("Content-Type", "") else response.content

    def __getitem__(self, key: Any) -> Any:
        return self.body[key]

    def get(self, key: str, default: Any = None) -> Any:
        """A value of the body, or the default."""
        return self.body.get(key, default)

    def __repr__(self) -> str:
        return f"{self.status} {self.body}"


class Api:
    """The API with one person's token."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.client = Client(raise_request_exception=True)
        self.token = issue_token(ctx.user, ctx.company, "story")

    def _headers(self, key: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}

    def get(self, path: str, **query: Any) -> Answer:
        """GET /api/v1/<path>."""
        return Answer(self.client.get(f"/api/v1/{path}", query, headers=self._headers()))

    def post(self, path: str, key: str = "", **body: Any) -> Answer:
        """POST /api/v1/<path> with JSON; a fresh idempotency key unless one is given."""
        found = self.client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self._headers(key or f"story-{next(KEYS)}")
        )
        return Answer(found)

    def patch(self, path: str, **body: Any) -> Answer:
        """PATCH /api/v1/<path>."""
        return Answer(self.client.patch(f"/api/v1/{path}", body, content_type="application/json", headers=self._headers()))

    def do(self, command: str, key: str = "", **inputs: Any) -> Answer:
        """Run a command by its name: `billing.issue_invoice`."""
        module, _, verb = command.partition(".")
        return self.post(f"do/{module}/{verb}/", key, **inputs)

    def report(self, name: str, **inputs: Any) -> Answer:
        """A report's figures."""
        module, _, rest = name.partition(".")
        return self.get(f"reports/{module}/{rest}/", **inputs)

    def upload(self, name: str, content: bytes) -> Answer:
        """Keep a file."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        return Answer(self.client.post("/api/v1/files/", {"file": SimpleUploadedFile(name, content)}, headers=self._headers()))


class World:
    """A practice on the morning of its day (people, patients, no history), once a story asks for it; and companies that are founded."""

    def __init__(self, patients: int = 6) -> None:
        self.patients = patients
        self.apis: dict[str, Api] = {}

    @cached_property
    def practice(self) -> tuple[Context, dict[str, Context], dict[str, Any]]:
        """Its owner, everybody by login, and its data."""
        from enfilade.site.demo import found_practice

        return found_practice("dental", patients=self.patients, days=0, password="story-of-one-day-2026")

    @property
    def owner(self) -> Context:
        """Who owns the practice."""
        return self.practice[0]

    @property
    def people(self) -> dict[str, Context]:
        """Everybody by login."""
        return self.practice[1]

    def founded(self, name: str, *people: str) -> list[Api]:
        """A company without anything, and each of its people at the API; all of them may do everything."""
        company = make_company(name)
        return [Api(make_ctx(company, "*", name=person)) for person in people]

    def api(self, login: str) -> Api:
        """The API as this person."""
        if login not in self.apis:
            self.apis[login] = Api(self.people[login])
        return self.apis[login]

    def client(self, login: str, *scope: str) -> Any:
        """The house as a program with this person's token sees it: the generated client."""
        return house_of(self.people[login], scope=scope or ("*",))

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> str:
        """An instant of today (or of another day), local time, ISO 8601."""
        day = self.owner.today + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), tzinfo=self.owner.zone).isoformat()

    def names(self) -> dict[str, Any]:
        """What a story may use."""
        today = datetime.now(ZoneInfo(ZONE)).date()
        return {
            "api": self.api,
            "client": self.client,
            "Problem": client_module().Problem,
            "today": today.isoformat(),
            "tomorrow": (today + timedelta(days=1)).isoformat(),
            "at": self.at,
            "world": self,
            "founded": self.founded,
        }
