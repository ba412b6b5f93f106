"""Nothing that was acknowledged is lost, doubled or unbalanced when processes are killed; the long form is `make endure`."""

from collections.abc import Iterator

import pytest

from bench.endure import kills
from bench.endure.clients import Acknowledged, Told
from bench.endure.compare import faults_of
from bench.endure.house import House

pytestmark = [pytest.mark.server, pytest.mark.long]


@pytest.fixture
def house() -> Iterator[House]:
    """A served house with durable commits; removed with everything in it."""
    made = House()
    try:
        made.prepare()
        made.start()
        yield made
    finally:
        made.remove()


def test_kills_in_the_middle_of_commands_cost_nothing(house: House) -> None:
    assert kills.check_durable(house) == []
    assert kills.run(house, "short", commands=100, kills=3, seed=1, settle_s=0) == []
    check_that_losses_would_be_seen(house)


def check_that_losses_would_be_seen(house: House) -> None:
    """The comparison is worth something: it names what was promised and is not there, and what is there twice."""
    told = Told(
        done=[Acknowledged("short/9/1/enter", "party.add_party", 4711), Acknowledged("short/9/1/pay", "billing.take_payment", 4711)]
    )
    with house.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE books_line SET quantity_minor = quantity_minor + 1 WHERE id = (SELECT max(id) FROM books_line)")
        faults = "\n".join(faults_of(connection, told, 1, "short", house.home / "mail"))
    for sentence in (
        "is not recorded",
        "is there 0 times",
        "recorded although nobody was told",
        "does not sum to zero",
        "it was acknowledged",
    ):
        assert sentence in faults
