"""The agent server: the tools of `enfilade.core.agents` by the Model Context Protocol, over streamable HTTP at /mcp.

Each request stands alone and carries its bearer token; there are no sessions that could be taken over or that a
restart would lose. Who shows no good token gets 401 before any of the protocol is read.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import mcp_types as types
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from enfilade.core.access import context_of_token
from enfilade.core.agents import Tool, call, tools_of
from enfilade.core.context import Context, OutcomeUnknown, Refusal
from enfilade.core.http.limits import LIMITER, TooMany, caller_of
from enfilade.core.http.problems import described, problem_body

BODY_MAX_BYTES = 5 * 1024 * 1024
CALLER = "enfilade.caller"
INSTRUCTIONS = (
    "Enfilade runs a company: its records, its operations and its rules. Begin with describe_records or find_records. "
    "A tool that changes something answers first what would happen and keeps nothing; show that to the person you work for, "
    "and call again with the same inputs and the confirmation to do it. Amounts are decimal text in major units, instants ISO 8601. "
    "A refusal says in one sentence what is wrong; 'held' means that somebody else has to release it."
)


class AgentServer:
    """The ASGI application at /mcp; serves while `running()` is open."""

    def __init__(self) -> None:
        self.server: Server[Any] = Server("enfilade", title="Enfilade", instructions=INSTRUCTIONS, on_list_tools=_list, on_call_tool=_call)
        self.manager: StreamableHTTPSessionManager | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until left."""
        self.manager = StreamableHTTPSessionManager(
            self.server, stateless=True, json_response=True, security_settings=_hosts(), max_request_body_size=BODY_MAX_BYTES
        )
        async with self.manager.run():
            yield
        self.manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        caller = await in_thread(context_of_token, bearer(scope))
        answer = self._refused(caller)
        if answer is not None or self.manager is None:
            await (answer or _answer(503, "closed", "The house is being closed."))(scope, receive, send)
            return
        await self.manager.asgi_app({**scope, CALLER: caller}, receive, send)

    def _refused(self, caller: Context | None) -> JSONResponse | None:
        if caller is None:
            return _answer(401, "sign_in", "Send a bearer token.", {"WWW-Authenticate": "Bearer"})
        try:
            if settings.API_RATE_PER_MIN:
                LIMITER.take(caller_of(caller), settings.API_RATE_PER_MIN)
        except TooMany as no:
            return _answer(429, no.code, str(no), {"Retry-After": str(no.wait_s)})
        return None


def _answer(status: int, code: str, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(described(status, code, sentence), status, headers, "application/problem+json")


def bearer(scope: Scope) -> str:
    """The token of a request, "" when it has none."""
    header = next((v for k, v in scope["headers"] if k == b"authorization"), b"").decode("latin-1")
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def in_thread(run: Callable[..., Any], *args: Any) -> Any:
    """Run what asks the database outside the loop, and give its connection back."""

    def work() -> Any:
        close_old_connections()
        try:
            return run(*args)
        finally:
            connections.close_all()

    return await sync_to_async(work, thread_sensitive=False)()


def _hosts() -> TransportSecuritySettings:
    """Only the names of this house: a page of another site that points its name here is refused."""
    names = [h for h in settings.ALLOWED_HOSTS if "*" not in h]
    open_to_all = len(names) < len(settings.ALLOWED_HOSTS)
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=not open_to_all,
        allowed_hosts=[*names, *(f"{n}:*" for n in names)],
        allowed_origins=[f"{scheme}://{n}{port}" for n in names for scheme in ("http", "https") for port in ("", ":*")],
    )


def _caller(ctx: Any) -> Context:
    found: Context = ctx.request.scope[CALLER]
    return found


async def _list(ctx: Any, params: Any) -> types.ListToolsResult:
    tools = await in_thread(tools_of, _caller(ctx))
    return types.ListToolsResult(tools=[_shown(t) for t in tools], cache_scope="private", ttl_ms=0)


def _shown(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        title=tool.title, read_only_hint=not tool.writes, destructive_hint=tool.danger, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(name=tool.name, title=tool.title, description=tool.text, input_schema=tool.inputs, annotations=hints)


async def _call(ctx: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    try:
        found = await in_thread(call, _caller(ctx), params.name, dict(params.arguments or {}))
    except (Refusal, OutcomeUnknown) as no:
        body = problem_body(no)
        text = "\n".join([body["detail"], *(f"{e['field']}: {e['detail']}" for e in body.get("errors", []) if e["field"])])
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=body, is_error=True)
    text = json.dumps(found, ensure_ascii=False, default=str)
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=found)
