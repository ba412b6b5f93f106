"""Fixtures of payables' tests."""

import pytest

from .office import Office


@pytest.fixture
def office() -> Office:
    """A company with suppliers."""
    return Office()
