"""The API is a promise: a change of the OpenAPI document is seen before it is made. `make openapi` renews the stored one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import schemathesis
from django.urls import resolve

from enfilade.core.api.openapi import document

STORED = Path(__file__).with_name("openapi.json")
METHODS = {"get", "post", "patch", "put", "delete"}


def operations(found: dict[str, Any]) -> dict[str, Any]:
    """Every operation by method and path."""
    return {f"{m} {p}": o for p, item in found["paths"].items() for m, o in item.items() if m in METHODS}


def without_samples(found: dict[str, Any]) -> dict[str, Any]:
    """The document without the commands that tests of this run have made for themselves."""
    found = json.loads(json.dumps(found))
    for path in [p for p in found["paths"] if p.startswith("/api/v1/do/tests/")]:
        del found["paths"][path]
    for name in [n for n in found["components"]["schemas"] if n.startswith("tests.")]:
        del found["components"]["schemas"][name]
    return found


def differences(then: Any, now: Any, at: str = "") -> Iterator[str]:
    """Where two documents part, as one line each."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            place = f"{at} > {name}" if at else name
            if name not in now:
                yield f"gone: {place}"
            elif name not in then:
                yield f"new: {place}"
            else:
                yield from differences(then[name], now[name], place)
    elif then != now:
        yield f"{at}: {json.dumps(then)[:120]} -> {json.dumps(now)[:120]}"


def test_the_document_is_the_stored_one() -> None:
    """Each difference is named; `make openapi` stores the new document once it is meant so."""
    found = list(differences(json.loads(STORED.read_text(encoding="utf-8")), without_samples(document())))
    assert not found, f"{len(found)} differences (make openapi renews the stored document):\n" + "\n".join(found[:40])


def test_it_is_valid() -> None:
    """By the schema of OpenAPI 3.1, and each of its schemas by that of JSON Schema."""
    found = json.loads(json.dumps(document()))
    schemathesis.openapi.from_dict(found).validate()
    for name, schema in found["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert schema["type"] == "object", name


def test_every_operation_has_a_name_of_its_own() -> None:
    """Clients are generated from it."""
    names = [o["operationId"] for o in operations(document()).values()]
    assert sorted({n for n in names if names.count(n) > 1}) == []
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", n) for n in names)


def test_no_address_is_there_twice() -> None:
    """Whatever its parameters are called; each parameter of a path is declared, and nothing is declared twice."""
    found = document()
    shapes = [re.sub(r"{[^}]+}", "{}", path) for path in found["paths"]]
    assert len(shapes) == len(set(shapes))
    for path, item in found["paths"].items():
        named = re.findall(r"{([^}]+)}", path)
        assert [p["$ref"].rpartition("/")[2] for p in item.get("parameters", [])] == named, path
        for method in METHODS & item.keys():
            declared = [p.get("$ref") or (p["in"], p["name"]) for p in item[method].get("parameters", [])]
            assert len(declared) == len(set(declared)), path


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    """Components that are named exist; components that exist are named."""
    found = document()
    text = json.dumps(found)
    named = set(re.findall(r'"#/components/([a-z]+)/([^"]+)"', text))
    there = {(kind, name) for kind in ("schemas", "responses", "parameters") for name in found["components"][kind]}
    assert named == there


def test_what_is_promised_is_served() -> None:
    """Every address leads to a view."""
    for path in document()["paths"]:
        resolve(path.replace("{id}", "1"))


def test_every_write_says_how_it_may_fail() -> None:
    """Refused, held, not valid, not allowed: all of them are documented answers."""
    for key, operation in operations(document()).items():
        assert {"400", "401", "403", "404"} <= operation["responses"].keys(), key
        if not key.startswith("get "):
            assert {"409", "422"} <= operation["responses"].keys(), key
