"""Fixtures of expenses' tests."""

import pytest

from .traveller import Traveller


@pytest.fixture
def office() -> Traveller:
    """A company whose people travel."""
    return Traveller()
