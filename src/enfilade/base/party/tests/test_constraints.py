"""The tables themselves, attacked with raw SQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection

from enfilade.base.party import commands
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


@pytest.fixture
def ada(ctx: Context) -> Party:
    """A party with a number, an address, a role and a relative."""
    made = commands.add_person(ctx, name="Ada", phone="030 901820", role="patient")
    commands.add_address(ctx, party=made, city="Berlin", preferred=True)
    commands.add_contact_point(ctx, party=made, kind="email", value="a@example.org", preferred=True)
    commands.add_relationship(ctx, party=made, kind="parent", other=commands.add_person(ctx, name="Ben"))
    return made


POINT = "INSERT INTO party_contactpoint (company_id, party_id, kind, value, normalised, tail, label, preferred) VALUES "
ADDRESS = "INSERT INTO party_address (company_id, party_id, label, street, extra, postal_code, city, region, country, preferred) VALUES "
ATTACKS = [
    "UPDATE party_party SET name = '' WHERE id = {ada}",
    "UPDATE party_party SET kind = 'robot' WHERE id = {ada}",
    "UPDATE party_party SET number = 'P-00002' WHERE id = {ada}",
    "UPDATE party_party SET merged_into_id = id, archived_at = now() WHERE id = {ada}",
    "UPDATE party_party SET merged_into_id = (SELECT max(id) FROM party_party) WHERE id = {ada}",
    "UPDATE party_party SET user_id = {user}",
    "UPDATE party_contactpoint SET kind = 'pigeon'",
    "UPDATE party_contactpoint SET value = ''",
    POINT + "({company}, {ada}, 'email', 'b@x', '', '', '', true)",
    POINT + "({company}, {ada}, 'phone', '030 901820', '', '', '', false)",
    "UPDATE party_address SET country = 'de'",
    "UPDATE party_address SET city = '', country = ''",
    ADDRESS + "({company}, {ada}, '', 'x', '', '', '', '', '', true)",
    "UPDATE party_partyrole SET role = 'A Patient'",
    "INSERT INTO party_partyrole (company_id, party_id, role) VALUES ({company}, {ada}, 'patient')",
    "UPDATE party_relationship SET other_id = party_id",
    "UPDATE party_relationship SET from_on = '2026-01-02', until_on = '2026-01-01'",
    "UPDATE party_relationship SET kind = 'enemy'",
]


def goes_through(ctx: Context, sql: str) -> bool:
    """Whether the database takes it."""
    try:
        with scope(ctx.company_id), connection.cursor() as cursor:
            cursor.execute(sql)
    except IntegrityError:
        return False
    return True


def test_the_table_itself_refuses(ctx: Context, ada: Party) -> None:
    """Each line would make something false; none goes through."""
    attacks = [attack.format(ada=ada.pk, company=ctx.company_id, user=ctx.user.pk) for attack in ATTACKS]
    assert [attack for attack in attacks if goes_through(ctx, attack)] == []


def test_rows_of_another_company_can_be_neither_read_nor_written(ctx: Context, ada: Party) -> None:
    """Raw SQL inside the scope of another company: the second wall."""
    other = make_company()
    with scope(other.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM party_party")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE party_party SET name = 'taken' WHERE id = %s", [ada.pk])
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError, match="row-level security"), scope(other.pk), connection.cursor() as cursor:
        cursor.execute("INSERT INTO party_partyrole (company_id, party_id, role) VALUES (%s, %s, 'spy')", [ctx.company_id, ada.pk])
