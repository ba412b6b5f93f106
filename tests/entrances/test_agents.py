"""What an agent can do: see what its token sees, try everything, and change nothing that was not confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import signing

from enfilade.base.item.models import Item
from enfilade.core.agents import call, confirm, tools_of
from enfilade.core.command import REGISTRY
from enfilade.core.context import Context, NotAllowed, NotFound, Refusal
from enfilade.core.models import AuditEntry, HeldCommand
from enfilade.core.resource.hooks import REPORTS
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .callers import Program

pytestmark = pytest.mark.django_db

ITEM = {"code": "A", "name": "Anything", "price": "12.50"}


def done(ctx: Context, tool: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Rehearse and confirm."""
    return call(ctx, tool, {**inputs, "confirm": call(ctx, tool, inputs)["confirm"]})


def items(ctx: Context) -> list[Item]:
    """What is really there."""
    with scope(ctx.company_id):
        return list(Item.objects.visible_to(ctx).order_by("pk"))


def test_every_command_and_report_is_a_tool(owner: Context) -> None:
    """Under names that every client takes; each with its meaning, and a schema that says which inputs are needed."""
    found = {t.name: t for t in tools_of(owner)}
    assert {n.replace(".", "_") for n in REGISTRY} | {f"report_{n.replace('.', '_')}" for n in REPORTS} < found.keys()
    for tool in found.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]{2,63}", tool.name), tool.name
        assert tool.text, tool.name
        assert tool.inputs["type"] == "object", tool.name
        assert tool.writes is ("confirm" in tool.inputs["properties"]), tool.name
    assert all("confirm" not in c.parameters for c in REGISTRY.values())


def test_tools_are_those_that_the_caller_may_use(owner: Context) -> None:
    clerk = make_ctx(owner.company, "item.view_item", "item.add_item")
    tools = {t.name: t for t in tools_of(clerk)}
    assert set(tools) == {"describe_records", "find_records", "list_records", "get_record", "item_add_item"}
    assert tools["list_records"].inputs["properties"]["kind"]["enum"] == ["item.item"]
    for name in ("item_change_item", "report_ledger_trial_balance"):
        with pytest.raises(NotAllowed):
            call(clerk, name, {})
    for name in ("list_records", "get_record"):
        with pytest.raises(NotAllowed):
            call(clerk, name, {"kind": "party.party", **({"id": 1} if name == "get_record" else {})})
    with pytest.raises(NotFound):
        call(clerk, "no_such_tool", {})


def test_a_change_is_rehearsed_first_and_kept_on_confirmation_only(owner: Context) -> None:
    """The answer says what would come out; a confirmation sent twice does it once; the audit names the channel."""
    shown = call(owner, "item_add_item", ITEM)
    assert (shown["state"], shown["kept"], shown["would"], shown["result"]["price"]) == ("rehearsed", False, "be done", "12.50")
    assert items(owner) == []
    first = call(owner, "item_add_item", {**ITEM, "confirm": shown["confirm"]})
    again = call(owner, "item_add_item", {**ITEM, "confirm": shown["confirm"]})
    assert (first["state"], first) == ("done", again)
    assert [i.code for i in items(owner)] == ["A"]
    with scope(owner.company_id):
        entry = AuditEntry.objects.visible_to(owner).get()
    assert (entry.command, entry.channel, entry.user_id) == ("item.add_item", "agent", owner.user.pk)


def test_a_rehearsed_change_says_what_would_be_different(owner: Context) -> None:
    item = done(owner, "item_add_item", ITEM)["result"]["id"]
    shown = call(owner, "item_change_item", {"item": item, "name": "Something"})
    assert shown["changes"] == {"label": ["A Anything", "A Something"], "name": ["Anything", "Something"]}
    assert items(owner)[0].name == "Anything"


def test_a_confirmation_is_good_for_one_caller_and_one_call(owner: Context, stranger: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other inputs, another command, a colleague, another company, a made-up text, too late: each is refused and keeps nothing."""
    given = call(owner, "item_add_item", ITEM)["confirm"]
    colleague = make_ctx(owner.company, "*")
    forged = signing.dumps({"of": "x", "key": "k"}, salt="enfilade.agents.confirm")
    tries = [
        (owner, "item_add_item", {**ITEM, "price": "99.00", "confirm": given}, "not_confirmed"),
        (owner, "party_add_party", {"kind": "person", "name": "A", "confirm": given}, "not_confirmed"),
        (colleague, "item_add_item", {**ITEM, "confirm": given}, "not_confirmed"),
        (stranger, "item_add_item", {**ITEM, "confirm": given}, "not_confirmed"),
        (owner, "item_add_item", {**ITEM, "confirm": "yes"}, "not_confirmed"),
        (owner, "item_add_item", {**ITEM, "confirm": {"a": 1}}, "not_confirmed"),
        (owner, "item_add_item", {**ITEM, "confirm": True}, "not_confirmed"),
        (owner, "item_add_item", {**ITEM, "confirm": given[:-3]}, "not_confirmed"),
        (owner, "item_add_item", {**ITEM, "confirm": forged}, "not_confirmed"),
    ]
    for ctx, tool, inputs, code in tries:
        with pytest.raises(Refusal) as refused:
            call(ctx, tool, inputs)
        assert refused.value.code == code, inputs
    monkeypatch.setattr(confirm, "VALID_S", -1)
    with pytest.raises(Refusal) as late:
        call(owner, "item_add_item", {**ITEM, "confirm": given})
    assert late.value.code == "confirm_expired"
    assert items(owner) == items(stranger) == []


def test_a_confirmation_that_is_sent_by_many_at_once_is_done_once(owner: Context) -> None:
    """A client that retries before the answer came."""
    given = {**ITEM, "confirm": call(owner, "item_add_item", ITEM)["confirm"]}
    answers = race(6, lambda _: call(owner, "item_add_item", given))
    assert {a["result"]["id"] for a in answers} == {items(owner)[0].pk}
    assert len(items(owner)) == 1


def test_rights_count_at_the_confirmation(owner: Context) -> None:
    """What was allowed when it was rehearsed may not be any more."""
    given = call(owner, "item_add_item", ITEM)["confirm"]
    import dataclasses

    with pytest.raises(NotAllowed):
        call(dataclasses.replace(owner, permissions=frozenset({"item.view_item"})), "item_add_item", {**ITEM, "confirm": given})
    assert items(owner) == []


def test_a_door_holds_an_agent_too(owner: Context, program: Program) -> None:
    """The rehearsal says so and holds nothing; the confirmation leaves one held command, however often it is sent."""
    item = done(owner, "item_add_item", ITEM)["result"]["id"]
    rule = {"command": "item.set_price", "fact": "change_percent", "op": ">", "value": "10", "sentence": "{change_percent} % is a lot."}
    assert program.post("doors/door-rules/", rule | {"release_role": next(iter(owner.roles)), "verdict": "hold"}).status_code == 201
    rise = {"item": item, "price": "20.00", "valid_from": owner.today.isoformat()}
    shown = call(owner, "item_set_price", rise)
    assert (shown["would"], shown["held"], shown["reason"]) == ("be held", None, "60.0 % is a lot.")
    answers = [call(owner, "item_set_price", {**rise, "confirm": shown["confirm"]}) for _ in range(2)]
    assert (answers[0]["state"], answers[0]) == ("held", answers[1])
    with scope(owner.company_id):
        assert HeldCommand.objects.visible_to(owner).count() == 1


def test_reading(owner: Context, stranger: Context) -> None:
    """Find, list, narrow, page, read; the same words find nothing in another company."""
    for number in range(3):
        done(owner, "item_add_item", ITEM | {"code": f"A{number}"})
    assert [f["label"] for f in call(owner, "find_records", {"words": "anything a1"})["found"]] == ["A1 Anything"]
    page = call(owner, "list_records", {"kind": "item.item", "limit": 2, "sort": "code", "fields": ["price"]})
    assert page["items"] == [{"id": i.pk, "ref": f"item.item:{i.pk}", "label": str(i), "price": "12.50"} for i in items(owner)[:2]]
    rest = call(owner, "list_records", {"kind": "item.item", "limit": 2, "sort": "code", "after": page["after"]})
    assert ([i["code"] for i in rest["items"]], rest["after"]) == (["A2"], None)
    assert len(call(owner, "list_records", {"kind": "item.item", "filters": {"active": True}})["items"]) == 3
    record = call(owner, "get_record", {"kind": "item.item", "id": items(owner)[0].pk})
    assert [p["price"] for p in record["record"]["prices"]] == ["12.50"]
    assert {"tool": "item_set_price", "input": "item"} in record["can_now"]
    kinds = call(owner, "describe_records", {})["kinds"]
    assert "item.item" in {k["kind"] for k in kinds}
    assert "active" in call(owner, "describe_records", {"kind": "item.item"})["filters"]
    assert call(stranger, "find_records", {"words": "anything"}) == {"found": []}
    with pytest.raises(NotFound):
        call(stranger, "get_record", {"kind": "item.item", "id": items(owner)[0].pk})


@pytest.mark.parametrize(
    ("tool", "inputs", "field"),
    [
        ("list_records", {"kind": "item.item", "filters": {"colour": "red"}}, "colour"),
        ("list_records", {"kind": "item.item", "fields": ["secret"]}, "fields"),
        ("list_records", {"kind": "item.item", "limit": 10_000}, "limit"),
        ("list_records", {"kind": "item.item", "after": "xx"}, "after"),
        ("list_records", {"kind": "item.item", "filters": "x"}, "filters"),
        ("list_records", {}, "kind"),
        ("find_records", {"words": "a"}, "words"),
        ("get_record", {"kind": "item.item", "id": -1}, "id"),
        ("get_record", {"kind": "nothing", "id": 1}, ""),
        ("item_add_item", {"code": "A", "unknown": 1}, "unknown"),
        ("item_change_item", {"item": {"a": 1}}, "item"),
        ("report_ledger_trial_balance", {"on": "tomorrow"}, "on"),
    ],
)
def test_bad_inputs_get_a_sentence(owner: Context, tool: str, inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        call(owner, tool, inputs)
    named = getattr(refused.value, "errors", {refused.value.field: [str(refused.value)]})
    assert field in named
    assert str(refused.value).endswith(".")
