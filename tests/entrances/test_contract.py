"""The API keeps what its document promises: made-up requests to every operation get documented answers, and never a 5xx.

One good and one bad request an operation in the suite, always the same; ENFILADE_API_EXAMPLES=50 makes more, and others each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from enfilade.core.access import issue_token
from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.resource import RESOURCES
from enfilade.core.scope import scope
from enfilade.site.wsgi import application

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("ENFILADE_API_EXAMPLES", "0"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
SETTINGS = hypothesis_settings(
    max_examples=EXAMPLES or 1,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def practice(_django_db_helper: None) -> Context:
    """The owner of a practice with a day of history; the requests of this file may do to it what they like."""
    from enfilade.site.demo import found_practice

    owner, _, _ = found_practice("dental", patients=8, days=1, password="contract-of-2026")
    return owner


def keys_of(ctx: Context) -> dict[str, int]:
    """A real row of every resource that has one, by label."""
    with scope(ctx.company_id):
        rows = {label: r.queryset().visible_to(ctx).order_by("pk").first() for label, r in RESOURCES.items()}
    return {label: row.pk for label, row in rows.items() if row is not None}


def aim(case: Case, keys: dict[str, int]) -> None:
    """Point a made-up request at rows that are there, so that more is tried than "there is no such row"."""
    if case.path_parameters and "id" in case.path_parameters:
        label = next((r.label for r in RESOURCES.values() if case.operation.path.startswith(r.api_url())), "")
        case.path_parameters["id"] = keys.get(label, case.path_parameters["id"])
    command = REGISTRY.get(case.operation.definition.raw.get("x-command", ""))
    if command is not None and isinstance(case.body, dict):
        for name, parameter in command.parameters.items():
            if parameter.is_row and name in case.body and (key := keys.get(parameter.kind._meta.label_lower)):
                case.body[name] = [key] if parameter.many else key


def faults(operation: Any, mode: GenerationMode, headers: dict[str, str], keys: dict[str, int]) -> Iterator[str]:
    """What made-up requests found out about one operation."""

    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        if mode is GenerationMode.POSITIVE:
            aim(case, keys)
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        ask()
    except (FailureGroup, Unsatisfiable) as error:
        yield f"{operation.label}: {error}"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_documented(practice: Context, mode: GenerationMode, settings: Any) -> None:
    """No 5xx, no undocumented status, media type, header or body; by good requests and by bad ones."""
    settings.API_RATE_PER_MIN = 0  # Who is told to wait finds nothing.
    headers = {"Authorization": f"Bearer {issue_token(practice.user, practice.company, 'contract')}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers=headers)
    keys = keys_of(practice)
    operations = [found.ok() for found in schema.get_all_operations()]
    if not EXAMPLES:
        # A command on a record is the command at its own address; many requests find more there than one more does here.
        operations = [o for o in operations if "/{id}/" not in o.path or o.path.endswith("/{id}/")]
    assert len(operations) > 250
    found = [fault for operation in operations for fault in faults(operation, mode, headers, keys)]
    assert not found, f"{len(found)} of {len(operations)} operations:\n\n" + "\n\n".join(found[:20])
