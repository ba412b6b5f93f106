"""The API is a promise: a change of the OpenAPI document is seen before it is made. `make openapi` renews the stored one."""

import json
import re
from pathlib import Path
from typing import Any

from enfilade.core.api.openapi import document

STORED = Path(__file__).with_name("openapi.json")


def operations(found: dict[str, Any]) -> dict[str, Any]:
    """Every operation by method and path."""
    return {f"{m} {p}": o for p, item in found["paths"].items() for m, o in item.items() if m in {"get", "post", "patch", "put", "delete"}}


def test_the_document_is_the_stored_one() -> None:
    """Differences are named one by one."""
    now, then = json.loads(json.dumps(document())), json.loads(STORED.read_text(encoding="utf-8"))
    new, old = operations(now), operations(then)
    assert {"gone": sorted(old.keys() - new.keys()), "new": sorted(new.keys() - old.keys())} == {"gone": [], "new": []}
    assert [k for k in sorted(new) if new[k] != old[k]] == []
    assert now == then


def test_every_operation_has_a_name_of_its_own() -> None:
    """Clients are generated from it."""
    names = [o["operationId"] for o in operations(document()).values()]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_every_reference_leads_somewhere() -> None:
    """Schemas that are named exist."""
    found = document()
    for kind, name in re.findall(r'"#/components/(schemas|responses)/([^"]+)"', json.dumps(found)):
        assert name in found["components"][kind], name


def test_every_write_says_how_it_may_fail() -> None:
    """Refused, held, not valid, not allowed: all of them are documented answers."""
    for key, operation in operations(document()).items():
        assert {"400", "401", "403", "404"} <= operation["responses"].keys(), key
        if not key.startswith("get "):
            assert {"409", "422"} <= operation["responses"].keys(), key
