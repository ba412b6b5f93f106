"""One database for all of these tests, emptied at their end: each test has a company of its own, and no company sees another's rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from enfilade.core.context import Context
from enfilade.core.testing import make_company, make_ctx

from .callers import Program, browser_of


@pytest.fixture(scope="package")
def _django_db_helper(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What the mark django_db asks for, once for the whole package: emptying all tables after each test would cost more than the tests."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def owner() -> Context:
    """Somebody who may do everything in a company of her own."""
    return make_ctx(make_company(), "*", name="Olga Owner")


@pytest.fixture
def stranger() -> Context:
    """Somebody who may do everything in another company."""
    return make_ctx(make_company("Other"), "*", name="Stephen Stranger")


@pytest.fixture
def program(owner: Context) -> Program:
    """The API as the owner's program calls it."""
    return Program(owner)


@pytest.fixture
def browser_page(owner: Context) -> Client:
    """A browser in which the owner is signed in."""
    return browser_of(owner)
