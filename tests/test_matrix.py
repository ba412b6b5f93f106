"""Every address x (nobody, each role, the owner of another company): who may, may; nobody else learns anything.

The matrix is made from the URL resolver and the registries, so a new page is in it by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver

from enfilade.core.access import ADMINISTRATION, context_for
from enfilade.core.agents import call, tools_of
from enfilade.core.agents.tools import Tool, all_tools
from enfilade.core.command import REGISTRY, run_raw
from enfilade.core.context import NeedsElevation, NotAllowed, Refusal
from enfilade.core.many import can_be_many
from enfilade.core.models import AuditEntry, Record, RecordQuerySet
from enfilade.core.refs import split
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.editing import inputs_of
from enfilade.core.resource.hooks import OPEN_PAGES, PAGES, REPORTS
from enfilade.core.scope import scope
from enfilade.core.signin.elevation import prove
from enfilade.core.testing import make_company, make_ctx

from .practices import two_practices

# Hooks are signed by programs that are nobody here; their modules test them.
PUBLIC = {
    "sign_in",
    "sign_in_second",
    "sign_in_passkey",
    "sign_in_passkey_options",
    "sign_in_provider",
    "sign_in_provider_back",
    "password_forgotten",
    "password_link",
    "password_new",
    "hook",
    "worker",
    "manifest",
}
FOR_EVERY_MEMBER = {
    "home",
    "bulk_progress",
    "palette",
    "notifications",
    "notifications_count",
    "api.index",
    "api.openapi",
    "switch_company",
    "in_company",
    "sign_out",
    "problem",
    "problems",
}
# The caller lacks the permission; a row out of reach is something else.
DENIED = {NotAllowed, NeedsElevation}
# One's own account: everybody's own, and nobody else's (tests/entrances/test_security.py).
OF_ONES_OWN = {
    "account_security",
    "account_app",
    "account_codes",
    "account_passkeys",
    "account_passkey_options",
    "account_password",
    "account_password_strength",
    "account_sessions",
    "account_confirm",
    "account_confirm_options",
}


@dataclass(frozen=True)
class Cell:
    """One address and the permission it needs; `row`: the address names a record of the demo company."""

    name: str
    url: str
    permission: str
    row: bool = False
    method: str = "get"
    also: tuple[str, ...] = ()

    def allowed(self, ctx: Any) -> bool:
        """Whether a caller holds all that it needs."""
        return all(map(ctx.may, (self.permission, *self.also)))


def cells(keys: dict[str, int]) -> Iterator[Cell]:
    """All addresses, with the keys of real rows filled in."""
    for label, resource in RESOURCES.items():
        base, rest, may = resource.list_url(), resource.api_url(), resource.view_permission
        add = f"{resource.module}.add_{resource.name}"
        yield Cell(f"{label}.list", base, may)
        yield Cell(f"{label}.options", f"{base}options/", may)
        yield Cell(f"{label}.export", f"{base}export.csv", may)
        yield Cell(f"{label}.export_workbook", f"{base}export.xlsx", may)
        yield Cell(f"{label}.export_other", f"{base}export.vcf", may)
        yield Cell(f"api.{label}.collection", rest, may)
        if add in REGISTRY:
            yield Cell(f"{label}.new", f"{base}new/", REGISTRY[add].permission)
            yield Cell(f"api.{label}.collection", rest, REGISTRY[add].permission, method="post")
        if (pk := keys.get(label)) is not None:
            yield Cell(f"{label}.detail", f"{base}{pk}/", may, row=True)
            yield Cell(f"{label}.timeline", f"{base}{pk}/timeline/", may, row=True)
            yield Cell(f"api.{label}.record", f"{rest}{pk}/", may, row=True)
            change = REGISTRY.get(f"{resource.module}.change_{resource.name}")
            if change is not None:
                yield Cell(f"{label}.edit", f"{base}{pk}/edit/", change.permission, row=True)
                if columns := inputs_of(change):
                    yield Cell("cell", f"{base}{pk}/cells/{next(iter(columns))}/", change.permission, row=True, also=(may,))
                yield Cell(f"api.{label}.record", f"{rest}{pk}/", change.permission, row=True, method="patch")
    for command in REGISTRY.values():
        yield Cell("do", f"/{command.module}/do/{command.verb}/", command.permission)
        yield Cell("api.do", f"/api/v1/do/{command.module}/{command.verb}/?rehearse=1", command.permission, method="post")
        if command.target and (pk := keys.get(command.target_model._meta.label_lower)):
            if can_be_many(command):
                also = ("core.run_many", RESOURCES[command.target_model._meta.label_lower].view_permission)
                yield Cell("do_many", f"/{command.module}/do/{command.verb}/many/?pk={pk}", command.permission, also=also)
            yield Cell("do_on", f"/{command.module}/do/{command.verb}/{pk}/", command.permission, row=True)
    yield Cell("api.bulk", "/api/v1/bulk/?rehearse=1", "core.run_many", method="post")
    for report in REPORTS.values():
        yield Cell("report", f"/{report.module}/reports/{report.name}/", report.permission)
        yield Cell("api.report", f"/api/v1/reports/{report.module}/{report.name}/", report.permission)
    for name, page in PAGES.items():
        path = page.path
        if "<" not in path:
            yield Cell(name, f"/{page.module}/{path}", page.permission)
    yield Cell("audit_archive", "/core/audit-archive/", "core.export_audit")
    yield Cell("account_elevate", "/account/elevate/", "core.elevate")
    yield Cell("account_language", "/account/language/", "core.read_notifications")
    yield Cell("account_devices", "/account/devices/", "core.read_notifications", method="post")
    yield Cell("account_notices", "/account/notifications/", "core.read_notifications")
    yield Cell("account_tokens", "/account/tokens/", "core.make_token")


@pytest.fixture
def houses() -> dict[str, Any]:
    """A demo practice with a day of history, and another company with an owner of its own."""
    (owner, people, _), (other, _, _) = two_practices()
    # Both owners are awake, so that every power there is meets the walls; the same owner is asked asleep as well.
    owner, other = awake(owner), awake(other)
    return {"owner": owner, "people": {**people, "owner": owner}, "other": other, "asleep": context_for(owner.user, owner.company)}


def awake(ctx: Any) -> Any:
    """The same caller with her privileged roles awake for as long as that is possible."""
    made = run_raw(ctx, "core.start_elevation", {"reason": "The matrix", "minutes": 60, "proof": prove(ctx)})
    return context_for(ctx.user, ctx.company, elevation=made.pk)


def client_of(ctx: Any) -> Client:
    """A signed-in browser, elevated where the caller is."""
    client = Client(raise_request_exception=False)
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    if ctx.authority.startswith("core.elevation:"):
        session = client.session
        session["elevation"] = split(ctx.authority)[1]
        session.save()
    return client


def ask(client: Client, cell: Cell) -> Any:
    """One request; a post sends nothing useful, so whoever may is refused as invalid, and whoever may not as not allowed."""
    if cell.method == "get":
        return client.get(cell.url)
    address = cell.url if "?" in cell.url else f"{cell.url}?rehearse=1"
    return getattr(client, cell.method)(address, {}, content_type="application/json")


def last_rows(owner: Any) -> dict[str, int]:
    """A real row of every resource that has one."""
    found = {}
    with scope(owner.company_id):
        for label, resource in RESOURCES.items():
            row = resource.queryset().visible_to(owner).order_by("-pk").first()
            if row is not None:
                found[label] = row.pk
    return found


def secrets_of(owner: Any) -> list[str]:
    """Words that only this company knows: names of its patients."""
    from enfilade.base.party.models import Party

    with scope(owner.company_id):
        rows = Party.objects.visible_to(owner).filter(party_roles__role="patient").values_list("name", flat=True)
        return [name for name in rows if len(name) > 8]


CALLERS = ("owner", "owner asleep", "other company", "own rows only", "dentist", "desk", "assistant", "books", "nobody")


def context_of(caller: str, houses: dict[str, Any]) -> Any:
    """Who asks: a role of the demo practice, its owner asleep, somebody with own rows only, the owner of another company, or nobody."""
    if caller == "nobody":
        return None
    if caller == "other company":
        return houses["other"]
    if caller == "owner asleep":
        return houses["asleep"]
    return own_rows_only(houses["owner"]) if caller == "own rows only" else houses["people"][caller]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("caller", CALLERS)
def test_the_matrix(caller: str, houses: dict[str, Any]) -> None:
    """Two thousand cells for every caller; each wrong one is listed."""
    owner = houses["owner"]
    others = set(secrets_of(houses["other"]))
    keys, words = last_rows(owner), [w for w in secrets_of(owner) if w not in others][:8]
    ctx = context_of(caller, houses)
    with scope(owner.company_id):
        before = AuditEntry.objects.visible_to(owner).count()
    wrong: list[str] = []
    count = 0
    client = Client(raise_request_exception=False) if ctx is None else client_of(ctx)
    for cell in cells(keys):
        count += 1
        response = ask(client, cell)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if fault := judge(caller, ctx, owner, cell, response, body.decode("utf-8", "replace"), words):
            wrong.append(f"{cell.method} {cell.url}: {fault}")
    if ctx is not None:
        asked, faults = matrix_of_tools(ctx, owner, keys, words)
        count += asked
        wrong += faults
    assert wrong == [], f"{len(wrong)} of {count} cells:\n" + "\n".join(wrong[:60])
    with scope(owner.company_id):
        assert AuditEntry.objects.visible_to(owner).count() == before, "looking changed something"
    assert count > 1_000


def inputs_for(tool: Tool, keys: dict[str, int]) -> Iterator[dict[str, Any]]:
    """What to send to a tool of an agent: nothing, and the rows of the demo company in every input that names one."""
    yield {}
    if tool.name == "find_records":
        yield {"words": "a e"}
    elif "kind" in tool.inputs["properties"] and not tool.permission:
        for label, pk in keys.items():
            yield {"kind": label, "id": pk} if tool.name == "get_record" else {"kind": label}
    rows = {n: keys.get(s["x-ref"]) for n, s in tool.inputs["properties"].items() if "x-ref" in s}
    if tool.permission and any(rows.values()):
        yield {n: pk for n, pk in rows.items() if pk}


def matrix_of_tools(ctx: Any, owner: Any, keys: dict[str, int], words: list[str]) -> tuple[int, list[str]]:
    """Every tool of an agent for one caller: how many calls were made, and what is wrong with them."""
    wrong, count = [], 0
    listed = {t.name for t in tools_of(ctx)}
    for tool in all_tools().values():
        if (tool.name in listed) is not (not tool.permission or ctx.may(tool.permission)):
            wrong.append(f"tool {tool.name}: listed {tool.name in listed}")
        for inputs in inputs_for(tool, keys):
            count += 1
            try:
                answer, refused = str(call(ctx, tool.name, inputs)), None
            except Refusal as no:
                answer, refused = str(no), no
            if fault := judge_tool(ctx, owner, tool, inputs, answer, refused, words):
                wrong.append(f"tool {tool.name} {inputs}: {fault}")
    return count, wrong


def judge_tool(ctx: Any, owner: Any, tool: Tool, inputs: dict[str, Any], answer: str, refused: Refusal | None, words: list[str]) -> str:
    """What is wrong with what a tool said, "" when nothing is."""
    if ctx.company_id != owner.company_id:
        if leaked := next((w for w in words if w in answer), ""):
            return f"shows {leaked}"
        return "answers about a row of another company" if refused is None and "id" in inputs else ""
    if kind := inputs.get("kind", "") if not tool.permission else "":
        return "" if (type(refused) in DENIED) is not ctx.may(RESOURCES[kind].view_permission) else f"{answer[:80]} for {kind}"
    if not tool.permission:
        return ""
    return "" if (type(refused) in DENIED) is not ctx.may(tool.permission) else f"{answer[:80]} with or without {tool.permission}"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_second_wall_alone(houses: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the application's own check taken out, row-level security keeps every address of the other company as empty as before."""
    owner, other = houses["owner"], houses["other"]
    others = set(secrets_of(other))
    keys, words = last_rows(owner), [w for w in secrets_of(owner) if w not in others][:8]
    monkeypatch.setattr(RecordQuerySet, "visible_to", lambda rows, _ctx: rows)
    client, wrong = client_of(other), []
    for cell in cells(keys):
        response = ask(client, cell)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if fault := judge("other company", other, owner, cell, response, body.decode("utf-8", "replace"), words):
            wrong.append(f"{cell.method} {cell.url}: {fault}")
    assert wrong == [], "\n".join(wrong[:60])


def own_rows_only(owner: Any) -> Any:
    """Somebody who may do everything, but only with rows of her own, and has none."""
    return make_ctx(owner.company, "*@own", name="Olivia Own")


def judge(caller: str, ctx: Any, owner: Any, cell: Cell, response: Any, body: str, words: list[str]) -> str:
    """What is wrong with an answer, "" when nothing is."""
    status = response.status_code
    if status >= 500:
        return f"{status}"
    if caller != "nobody" and ctx.company_id != owner.company_id:
        if leaked := next((w for w in words if w in body), ""):
            return f"shows {leaked}"
        return f"{status} for a row of another company" if cell.row and status not in {404, 403} else ""
    if caller == "own rows only":
        if leaked := next((w for w in words if w in body), ""):
            return f"shows {leaked}"
        if cell.row and not cell.url.startswith(("/core/users/", "/api/v1/core/users/")):
            return "" if status in {404, 403} else f"{status} for a row that is not hers"
        return judge_right(ctx, cell, status)
    if caller == "nobody":
        expected = {401} if cell.url.startswith("/api/") else {302}
        return "" if status in expected else f"{status}, not {expected}"
    return judge_right(ctx, cell, status)


def judge_right(ctx: Any, cell: Cell, status: int) -> str:
    """What is wrong with an answer as far as the permission goes. That nobody administers asleep is not left to the context to say."""
    administers = not ADMINISTRATION.isdisjoint((cell.permission, *cell.also))
    if not cell.allowed(ctx) or (administers and not ctx.authority):
        return "" if status == 403 else f"{status} without {cell.permission}"
    return f"{status} with {cell.permission}" if status in {401, 403} else ""


def names_below(branch: URLResolver) -> Iterator[str]:
    """The names of all addresses there are."""
    for pattern in branch.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_below(pattern)
        else:
            yield str(pattern.name)


def test_every_address_is_in_the_matrix() -> None:
    """An address that nobody thought of fails here."""
    names = {c.name for c in cells(dict.fromkeys(RESOURCES, 1))} | PUBLIC | FOR_EVERY_MEMBER | OF_ONES_OWN
    names |= {"file", "api.file", "api.files"}
    names |= set(OPEN_PAGES)  # Whoever has the address may read; their modules test who gets it, and that nobody guesses it.
    names |= {n for n, p in PAGES.items() if "<" in p.path}  # Pages of a row check it by the caller's rights; their modules test them.
    for name in names_below(get_resolver()):
        if name.startswith("api.") and name.endswith(".command"):
            continue  # The same commands by another address; api.do covers the permission.
        assert name in names or name.endswith((".import", ".edit", ".new", ".import_batch", ".import_refused")), name


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_an_import_are_those_of_its_company() -> None:
    """Whoever may add rows there sees it; a colleague who may not, and the owner of another company, find nothing."""
    company = make_company()
    owner, clerk, stranger = make_ctx(company, "*"), make_ctx(company, "item.view_item"), make_ctx(make_company("Other"), "*")
    sent = SimpleUploadedFile("items.csv", b"code,name\nA,Secret\n")
    address = client_of(owner).post("/item/items/import/", {"file": sent})["Location"]
    for page in (address, f"{address}refused/"):
        for ctx in (clerk, stranger):
            answer = client_of(ctx).get(page)
            assert (answer.status_code, b"Secret" in answer.content) == (404, False), page
    assert b"Secret" in client_of(owner).get(address).content


def test_record_classes_have_a_company() -> None:
    """Every resource of business rows is a Record (the wall stands on it), the few of core aside."""
    outside = {label for label, r in RESOURCES.items() if not issubclass(r.model, Record)}
    assert outside == {"core.user", "core.signinevent"}
