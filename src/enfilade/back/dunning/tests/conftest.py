"""Fixtures of dunning's tests."""

import pytest

from .late import LateShop


@pytest.fixture
def shop() -> LateShop:
    """A company with levels, and time that passes."""
    return LateShop()
