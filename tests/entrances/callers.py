"""Those who call: a program with a token, a browser with a session."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enfilade.core.access import issue_token
from enfilade.core.context import Context

BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(ctx: Context, **options: Any) -> Client:
    """A browser in which the caller is signed in."""
    client = Client(**options)
    client.force_login(ctx.user, backend=BACKEND)
    return client


class Program:
    """A program with a bearer token. It sends what it is told to, byte for byte."""

    def __init__(self, ctx: Context, token: str | None = None) -> None:
        self.ctx = ctx
        self.client = Client(enforce_csrf_checks=True)
        self.token = issue_token(ctx.user, ctx.company, "test") if token is None else token

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", media_type: str = "application/json", **headers: str) -> Any:
        """One request to /api/v1/<path>; a body that is no bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.token}", **headers, **({"Idempotency-Key": key} if key else {})}
        return self.client.generic(method, f"/api/v1/{path}", data, content_type=media_type, headers=given)

    def get(self, path: str, **query: Any) -> Any:
        """GET with a query."""
        return self.client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST."""
        return self.send("POST", path, body, **more)

    def do(self, command: str, body: Any = None, *, rehearse: bool = False, **more: Any) -> Any:
        """Run a command by its name."""
        return self.post(f"do/{command.replace('.', '/')}/{'?rehearse=1' if rehearse else ''}", body, **more)

    def upload(self, name: str, content: bytes, *, key: str = "") -> Any:
        """Keep a file."""
        given = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        return self.client.post("/api/v1/files/", {"file": SimpleUploadedFile(name, content)}, headers=given)
