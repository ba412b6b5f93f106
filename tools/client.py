"""Write the Python client of the API from its OpenAPI document: one typed module on the standard library alone.

`make client` writes it to clients/enfilade_client.py; the stories make it anew from the document of the code under test.
"""

import keyword
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "clients" / "enfilade_client.py"
RUNTIME = Path(__file__).with_name("client_runtime.py")
METHODS = ("get", "post", "patch")
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "object": "dict[str, Any]"}


def client_module(document: dict[str, Any]) -> str:
    """The text of the module: what every call needs, the shapes of rows, one method per operation."""
    schemas = document["components"]["schemas"]
    inputs = {n for n, s in schemas.items() if s.get("additionalProperties") is False}
    shapes = [_shape(n, s) for n, s in schemas.items() if n not in inputs and n != "Problem"]
    methods = [m for path, item in document["paths"].items() for m in _methods(document, path, item)]
    return RUNTIME.read_text(encoding="utf-8") + "\n\n" + "\n\n".join(shapes) + _CLASS + "\n".join(methods)


_CLASS = '''

class Enfilade(Caller):
    """The house. One method per operation of the API; see Caller for addresses, keys and retries."""
'''


def class_name(name: str) -> str:
    """`billing.invoice` is BillingInvoice."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[._]", name))


def _shape(name: str, schema: dict[str, Any]) -> str:
    """A TypedDict, written as a call since a field may be called like a word of Python."""
    fields = ", ".join(f'"{n}": {_type(s)!r}' for n, s in schema.get("properties", {}).items())
    return f"{class_name(name)} = TypedDict({class_name(name)!r}, {{{fields}}}, total=False)"


def _type(schema: dict[str, Any]) -> str:
    """A schema as an annotation; what is not said in it is Any."""
    if "$ref" in schema:
        return class_name(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(s) for s in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(v) for v in schema['enum'])}]"
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    return " | ".join(f"list[{_type(schema.get('items', {}))}]" if k == "array" else _PLAIN.get(k, "Any") for k in kinds)


def _methods(document: dict[str, Any], path: str, item: dict[str, Any]) -> Iterator[str]:
    for method in METHODS:
        operation = item.get(method)
        # A command on a record is the same command as by its own address; files go by `Caller.upload` and `Caller.download`.
        if operation is None or "_of_" in operation["operationId"] or path.startswith("/api/v1/files/"):
            continue
        yield _method(document, path, method, operation)


def _method(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    queries = list(_queries(document, operation))
    body = _resolved(document, operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}))
    given = [(n, s, n in body.get("required", [])) for n, s in body.get("properties", {}).items()]
    arguments = ["self", *(["id: int"] if "{id}" in path else [])]
    needed = [f"{_safe(n)}: {_type(s)}" for n, s, needed in (*queries, *given) if needed]
    optional = [f"{_safe(n)}: {_type(s)} = UNSET" for n, s, needed in (*queries, *given) if not needed]
    extra = {"get": [], "post": ["key: str = ''", "rehearse: bool = False"], "patch": ["key: str = ''", "rehearse: bool = False"]}[method]
    extra += ["if_match: str = ''"] if method == "patch" else []
    named = [*needed, *optional, *extra]
    signature = ", ".join([*arguments, *(["*", *named] if named else [])])
    where = f'f"{path}"' if "{id}" in path else f'"{path}"'
    query, sent = _dict([n for n, _, _ in queries]), _dict([n for n, _, _ in given])
    passed = f", body={sent}, key=key, rehearse=rehearse{', if_match=if_match' if method == 'patch' else ''}" if method != "get" else ""
    answer = _type(next(a for c, a in operation["responses"].items() if c.startswith("2"))["content"]["application/json"]["schema"])
    doc = operation["summary"].replace('"""', "'''") or operation["operationId"]
    return (
        f"    def {operation['operationId']}({signature}) -> {answer}:\n"
        f'        """{doc}"""\n'
        f'        found: {answer} = self.call("{method.upper()}", {where}, query={query}{passed})\n'
        "        return found\n"
    )


def _queries(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for parameter in operation.get("parameters", []):
        found = _resolved(document, parameter)
        if found["in"] == "query" and found["name"] != "rehearse":
            yield found["name"], found["schema"], found.get("required", False)


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = document["components"][kind][name]
    return found


def _safe(name: str) -> str:
    """A name as an argument; words of Python, and the names that every method has, get a line behind them."""
    return f"{name}_" if keyword.iskeyword(name) or name in {"key", "rehearse", "if_match", "self", "id"} else name


def _dict(names: list[str]) -> str:
    return "{" + ", ".join(f'"{n}": {_safe(n)}' for n in names) + "}"


def main() -> None:
    """Write the module."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
    import django

    django.setup()
    from enfilade.core.api.openapi import document

    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(client_module(document()), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
