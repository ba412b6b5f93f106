"""Fixtures of assets' tests."""

import pytest

from .yard import Yard


@pytest.fixture
def yard() -> Yard:
    """A company with the German classes of assets."""
    return Yard()
