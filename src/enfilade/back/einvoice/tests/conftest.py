"""Fixtures of e-invoices' tests."""

import pytest

from .sender import Sender


@pytest.fixture
def sender() -> Sender:
    """A practice that can bill by e-invoice, and a customer that has everything it takes."""
    return Sender()
