"""Fixtures of purchasing's tests."""

import pytest

from .buyer import Buyer


@pytest.fixture
def office() -> Buyer:
    """A company that orders from suppliers."""
    return Buyer()
