"""Fixtures of banking's tests."""

import pytest

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A company with an account at a bank."""
    return Desk()
