"""The agent server as it is served: its own process, a real client of the protocol, a token for each caller."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from django.db import connection
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from enfilade.core.access import issue_token
from enfilade.core.context import Context
from enfilade.core.testing import make_ctx

pytestmark = [pytest.mark.django_db, pytest.mark.server]
START_MAX_S = 60
TOKENS: dict[int, str] = {}


@pytest.fixture(scope="module")
def address(_django_db_helper: None) -> Iterator[str]:
    """The process that a house starts for live updates and agents, on the database of this run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST'] or 'localhost'}:{database['PORT']}/{database['NAME']}"
    if database["HOST"].startswith("/"):
        url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT']}"
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-log"]
    env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "for tests only"}
    process = subprocess.Popen([*command, "enfilade.site.live:application"], env=env)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    until = time.monotonic() + START_MAX_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    pytest.fail("the process does not answer")


def calls(address: str, ctx: Context, *wanted: tuple[str, dict[str, Any]], mode: Any = "auto") -> tuple[set[str], list[Any]]:
    """The names of the tools of a caller, and what some of them answer."""

    async def run() -> tuple[set[str], list[Any]]:
        headers = {"Authorization": f"Bearer {TOKENS[ctx.user.pk]}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(address, http_client=http), mode=mode) as client,
        ):
            names = {t.name for t in (await client.list_tools()).tools}
            return names, [await client.call_tool(name, inputs) for name, inputs in wanted]

    if ctx.user.pk not in TOKENS:
        TOKENS[ctx.user.pk] = issue_token(ctx.user, ctx.company, "agent")
    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_lists_reads_rehearses_and_does(owner: Context, address: str, mode: str) -> None:
    """By the protocol of now and by the one before; the confirmation goes from one connection to the next."""
    item = {"code": "A", "name": "Anything", "price": "12.50"}
    names, answers = calls(address, owner, ("item_add_item", item), ("list_records", {"kind": "item.item"}), mode=mode)
    assert {"item_add_item", "list_records", "report_ledger_trial_balance"} <= names
    rehearsed, listed = (a.structured_content for a in answers)
    assert (rehearsed["state"], listed["items"]) == ("rehearsed", [])
    _, answers = calls(address, owner, ("item_add_item", {**item, "confirm": rehearsed["confirm"]}), ("get_record", {"kind": "item.item"}))
    assert (answers[0].structured_content["state"], answers[0].structured_content["result"]["code"]) == ("done", "A")
    assert (answers[1].is_error, answers[1].structured_content["code"]) == (True, "invalid")
    assert answers[1].content[0].text == "Id is required.\nid: Id is required."


def test_a_token_shows_its_own_tools_and_rows(owner: Context, stranger: Context, address: str) -> None:
    item = {"code": "A", "name": "Anything"}
    shown = calls(address, owner, ("item_add_item", item))[1][0].structured_content
    made = calls(address, owner, ("item_add_item", {**item, "confirm": shown["confirm"]}))[1][0].structured_content["result"]["id"]
    refused = calls(address, stranger, ("get_record", {"kind": "item.item", "id": made}))[1][0]
    assert (refused.is_error, refused.structured_content["code"]) == (True, "not_found")
    clerk = make_ctx(owner.company, "item.view_item")
    names, (not_allowed,) = calls(address, clerk, ("item_change_item", {"item": made, "name": "x"}))
    assert names == {"describe_records", "find_records", "list_records", "get_record"}
    assert not_allowed.structured_content["code"] == "not_allowed"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}, {"Cookie": "sessionid=x"}])
def test_without_a_token_nobody_speaks(address: str, header: dict[str, str]) -> None:
    """Neither by a session, whatever is sent."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = httpx2.post(address, json=body, headers={"Accept": "application/json, text/event-stream", **header})
    assert (answer.status_code, answer.headers["www-authenticate"], answer.json()["code"]) == (401, "Bearer", "sign_in")


def test_a_page_of_another_site_that_points_its_name_here_is_refused(owner: Context, address: str) -> None:
    """DNS rebinding: the name in the request has to be one of this house."""
    token = issue_token(owner.user, owner.company, "agent")
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for bad in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {token}", **bad}
        assert httpx2.post(address, json=body, headers=headers).status_code in {403, 421}
