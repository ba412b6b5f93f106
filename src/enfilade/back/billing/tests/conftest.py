"""Fixtures of billing's tests."""

import pytest

from .shop import Shop


@pytest.fixture
def shop() -> Shop:
    """A company that can bill."""
    return Shop()
