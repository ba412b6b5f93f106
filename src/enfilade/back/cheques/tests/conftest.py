"""Fixtures of cheques' tests."""

import pytest

from enfilade.back.payables.tests.office import Office


@pytest.fixture
def office() -> Office:
    """A company with suppliers."""
    return Office()
