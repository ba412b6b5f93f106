"""The Python client, made from the document of the code under test, with a transport that stays in this process."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.test import Client

from enfilade.core.access import issue_token
from enfilade.core.api.openapi import document
from enfilade.core.context import Context

GENERATOR = Path(__file__).resolve().parents[2] / "tools" / "client.py"


@cache
def client_text() -> str:
    """The text of the module."""
    made: str = runpy.run_path(str(GENERATOR))["client_module"](document())
    return made


@cache
def client_module() -> ModuleType:
    """The module as a program imports it."""
    made = ModuleType("enfilade_client")
    exec(compile(client_text(), "enfilade_client.py", "exec"), made.__dict__)  # noqa: S102 - our own text
    return made


class Wire:
    """Carries calls to the house in this process. lost: how many answers are lost on their way; sent: what was asked."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.lost = 0
        self.sent: list[tuple[str, str]] = []

    def __call__(self, method: str, target: str, headers: dict[str, str], data: bytes) -> tuple[int, dict[str, str], bytes]:
        self.sent.append((method, target))
        media_type = headers.get("Content-Type", "application/json")
        answer = self.client.generic(method, target, data, content_type=media_type, headers=headers)
        if self.lost:
            self.lost -= 1
            raise ConnectionResetError
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, content


def house_of(ctx: Context, wire: Wire | None = None, scope: Sequence[str] = ("*",)) -> Any:
    """The house as a program of this person sees it."""
    token = issue_token(ctx.user, ctx.company, "client", scope=scope)
    return client_module().Enfilade("http://house.test", token, send=wire or Wire(), wait=lambda _: None)
