"""The generated Python client: every operation is in it, and a lost answer, a refusal or a door is no surprise."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from enfilade.base.item.models import Item
from enfilade.core.api.openapi import document
from enfilade.core.context import Context
from enfilade.core.scope import scope

from .callers import Program
from .made_client import Wire, client_module, client_text, house_of

pytestmark = pytest.mark.django_db


def count(ctx: Context) -> int:
    """How many items there are."""
    with scope(ctx.company_id):
        return Item.objects.visible_to(ctx).count()


# Files are no JSON: what every method is built on sends and reads them.
BY_CALLER = {"upload_file", "read_file"}


def test_every_operation_is_a_method(owner: Context) -> None:
    """Under its own name, with its summary; what is needed has no default. It needs nothing but the standard library."""
    module = client_module()
    operations = [o for item in document()["paths"].values() for m, o in item.items() if m in {"get", "post", "patch"}]
    wanted = {o["operationId"]: o["summary"] for o in operations if "_of_" not in o["operationId"] and o["operationId"] not in BY_CALLER}
    assert wanted == {n: f.__doc__ for n, f in vars(module.Enfilade).items() if inspect.isfunction(f)}
    signature = inspect.signature(module.Enfilade.do_item_set_price)
    assert [n for n, p in signature.parameters.items() if p.default is p.empty] == ["self", "item", "price", "valid_from"]
    assert "import django" not in client_text()
    assert "enfilade." not in client_text().partition("class Enfilade")[0].partition('"""')[2].partition('"""')[2]


def test_write_read_and_walk(owner: Context) -> None:
    """Records come as they are documented; a list is walked to its end, page by page."""
    house = house_of(owner)
    made = house.add_item(code="A", name="Anything", price="12.50")
    assert (made["code"], made["price"]) == ("A", "12.50")
    for number in range(4):
        house.add_item(code=f"B{number}", name="Other")
    rows = list(house.pages(house.list_item, limit=2, sort="code", fields="code"))
    assert [r["code"] for r in rows] == ["A", "B0", "B1", "B2", "B3"]
    assert house.get_item(made["id"])["prices"][0]["price"] == "12.50"
    assert house.change_item(made["id"], name="Something")["name"] == "Something"
    assert house.change_item(made["id"], name="Only rehearsed", rehearse=True)["name"] == "Only rehearsed"
    assert house.get_item(made["id"])["name"] == "Something"
    kept = house.upload("letter.txt", b"hello")
    assert (kept["size_bytes"], house.download(kept["id"])) == (5, b"hello")
    with pytest.raises(client_module().Problem, match="There is no file"):
        house.download(kept["id"] + 1)


def test_a_lost_answer_costs_nothing(owner: Context) -> None:
    """The call is sent again under its key: the first answer comes again, and there is one row."""
    wire = Wire()
    wire.lost = 2
    assert house_of(owner, wire).add_item(code="A", name="Anything")["code"] == "A"
    assert (len(wire.sent), count(owner)) == (3, 1)
    wire.lost = 99
    with pytest.raises(ConnectionError):
        house_of(owner, wire).add_item(code="B", name="Anything")


def test_too_many_calls_are_waited_for(owner: Context, settings: Any) -> None:
    """As long as the house says; what is refused for good is not tried again."""
    settings.API_RATE_PER_MIN = 1
    house, waited = house_of(owner), []
    house.wait = waited.append
    house.list_item()
    with pytest.raises(client_module().Problem) as no:
        house.list_item()
    assert no.value.code == "too_many"
    assert len(waited) == 3
    assert all(1 <= s <= 60 for s in waited)


def test_a_refusal_is_a_problem(owner: Context) -> None:
    """With its code, its sentence and the inputs it concerns."""
    problem, house = client_module().Problem, house_of(owner)
    made = house.add_item(code="A", name="Anything")
    with pytest.raises(problem) as invalid:
        house.add_item(code="A", name="Anything", price="-1")
    assert (invalid.value.status, [e["field"] for e in invalid.value.errors]) == (422, ["price"])
    with pytest.raises(problem) as twice:
        house.add_item(code="A", name="Anything")
    assert (twice.value.code, str(twice.value)) == ("item_code_once", "There is an item with this code.")
    house.get_item(made["id"])
    seen = house.etag
    house.change_item(made["id"], name="First", if_match=seen)
    with pytest.raises(problem) as late:
        house.change_item(made["id"], name="Second", if_match=seen)
    assert late.value.code == "changed"


def test_a_door_holds(owner: Context, program: Program) -> None:
    """Held says what waits; the same key asks again what became of it."""
    house = house_of(owner)
    item = house.add_item(code="A", name="Anything", price="12.50")["id"]
    rule = {"command": "item.set_price", "fact": "change_percent", "op": ">", "value": "10", "sentence": "{change_percent} % is a lot."}
    assert program.post("doors/door-rules/", rule | {"release_role": next(iter(owner.roles)), "verdict": "hold"}).status_code == 201
    held = []
    for _ in range(2):
        with pytest.raises(client_module().Held) as waits:
            house.do_item_set_price(item=item, price="20.00", valid_from=owner.today.isoformat(), key="rise")
        held.append(waits.value.document["held"])
    assert held[0] == held[1]
    assert held[0].startswith("core.heldcommand:")
