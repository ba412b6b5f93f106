"""Log lines for machines: one per request and per command, bound together by the request's number, without anything personal."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from enfilade.core.context import Context
from enfilade.core.logs import formatter, logging_settings
from enfilade.core.models import AuditEntry
from enfilade.core.scope import scope

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db


class Lines:
    """What was written so far, as objects."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def of(self, logger: str) -> list[dict[str, Any]]:
        """Lines of one logger."""
        found = [json.loads(text) for text in self.stream.getvalue().splitlines()]
        return [line for line in found if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Logging as a web node behind a pipe has it."""
    made = Lines()
    logging.config.dictConfig(logging_settings("json"))
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(formatter("json"))
    logging.getLogger().addHandler(handler)
    yield made
    logging.getLogger().removeHandler(handler)
    logging.config.dictConfig(settings.LOGGING)


def test_a_request_and_its_command_carry_one_number(owner: Context, lines: Lines) -> None:
    answer = Program(owner).post("item/items/", {"code": "A", "name": "A secret name", "price": "1.00"})
    assert answer.status_code == 201
    (request,), (command,) = lines.of("enfilade.request"), lines.of("enfilade.command")
    assert request["request_id"] == command["request_id"] == answer["X-Request-ID"]
    assert len(request["request_id"]) == 32
    assert (request["method"], request["path"], request["status"], request["level"]) == ("POST", "/api/v1/item/items/", 201, "info")
    assert (request["user"], request["company"]) == (owner.user.pk, owner.company_id)
    with scope(owner.company_id, read_only=True):
        entry = AuditEntry.objects.visible_to(owner).order_by("-pk")[0]
    assert (command["command"], command["outcome"], command["entry"], command["channel"]) == ("item.add_item", "done", entry.pk, "api")
    assert request["ms"] >= command["ms"] > 0
    assert "secret" not in lines.stream.getvalue()


def test_an_address_that_opens_something_is_in_no_line(owner: Context, lines: Lines) -> None:
    """Links for a password, private addresses of calendars."""
    for path in ("/sign-in/password/opens-an-account/", f"/calendar/open/{owner.company.slug}/feed/opens-a-calendar.ics"):
        browser_of(owner).get(path)
    paths = [line["path"] for line in lines.of("enfilade.request")]
    assert paths == ["/sign-in/password/<str:token>/", "/calendar/open/<slug:company>/feed/<str:token>.ics"]


def test_how_a_command_ended(owner: Context, lines: Lines) -> None:
    program = Program(owner)
    item = {"code": "A", "name": "x", "price": "1.00"}
    program.post("item/items/?rehearse=1", item)
    program.post("item/items/", item)
    program.post("item/items/", item)
    told = [(line["outcome"], line["entry"] is not None) for line in lines.of("enfilade.command")]
    assert [outcome for outcome, _ in told[:2]] == ["rehearsed", "done"]
    assert told[2][0] not in {"done", "failed", "replayed"}, "a refusal is told by its code"
    assert [has for _, has in told] == [False, True, False]


@pytest.mark.parametrize(("given", "taken"), [("proxy-4711.abc", True), ("short", False), ("x" * 65, False), ('"},{"level":"x', False)])
def test_a_proxy_may_number_the_request(owner: Context, lines: Lines, given: str, taken: bool) -> None:
    answer = browser_of(owner).get("/item/items/?q=Anna+Schmidt", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is taken
    (request,) = lines.of("enfilade.request")
    assert request["request_id"] == answer["X-Request-ID"]
    assert "Schmidt" not in lines.stream.getvalue()


def test_a_stranger_and_a_library_are_told_too(lines: Lines) -> None:
    Client().get("/nothing/")
    (request,) = lines.of("enfilade.request")
    assert (request["status"], request["user"], request["company"]) == (404, None, None)
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("some.library").exception("It failed for %s", "reasons")
    (fault,) = lines.of("some.library")
    assert (fault["event"], fault["level"]) == ("It failed for reasons", "error")
    assert fault["exception"][0]["exc_type"] == "ValueError"
    assert "request_id" not in fault


def test_people_read_words(owner: Context) -> None:
    stream = io.StringIO()
    logging.config.dictConfig(logging_settings("lines"))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("lines"))
    logging.getLogger().addHandler(handler)
    try:
        browser_of(owner).get("/item/items/")
        logging.getLogger("enfilade.jobs").warning("late")
    finally:
        logging.getLogger().removeHandler(handler)
        logging.config.dictConfig(settings.LOGGING)
    assert len(stream.getvalue().splitlines()) == 1
    assert "late" in stream.getvalue()
    assert "{" not in stream.getvalue()
