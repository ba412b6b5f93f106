"""Fixtures of direct debits' tests."""

import pytest

from .till import Till


@pytest.fixture
def till() -> Till:
    """A company that collects from its customers."""
    return Till()
