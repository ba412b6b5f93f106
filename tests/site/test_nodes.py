"""Two nodes behind a proxy, a primary with a synchronous standby: sessions, live updates and commands survive the loss of either."""

import shutil

import pytest

from bench.endure import nodes
from enfilade.site.settings import connection_options, database_settings

pytestmark = [pytest.mark.server, pytest.mark.long]


def test_a_node_and_the_primary_are_lost_and_nothing_else() -> None:
    if shutil.which("haproxy", path=nodes.PROXY_PATH) is None:
        pytest.skip("no haproxy here: install the package haproxy")
    farm = nodes.Farm()
    try:
        farm.start()
        assert nodes.run(farm, commands=60, seed=1, settle_s=0) == []
    finally:
        farm.remove()


def test_an_address_may_name_several_servers_and_say_more() -> None:
    url = "postgresql://us:p%40ss@one:5432,two:5433/house?target_session_attrs=read-write&sslmode=require&connect_timeout=3"
    found = database_settings(url)
    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"], found["PASSWORD"]) == (
        "one,two",
        "5432,5433",
        "house",
        "us",
        "p@ss",
    )
    assert connection_options(url) == {"target_session_attrs": "read-write", "sslmode": "require", "connect_timeout": "3"}
    socket = "postgresql://us@/house?host=/run/a&port=5432"
    assert database_settings(socket)["HOST"] == "/run/a"
    assert connection_options(socket) == {}
