"""Fixtures of the tests of prices."""

import pytest

from .shop import Shop


@pytest.fixture
def shop() -> Shop:
    """An item and two customers."""
    return Shop()
