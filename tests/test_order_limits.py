"""Orders above a buyer's limit: held at the door until somebody else opens it."""

import pytest

from enfilade.back.purchasing.commands import approve_order
from enfilade.back.purchasing.tests.buyer import Buyer
from enfilade.core.context import Held
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx
from enfilade.middle.doors.commands import release_held
from enfilade.middle.doors.models import DoorRule

pytestmark = pytest.mark.django_db(transaction=True)


def test_above_her_limit_somebody_else_opens_the_door() -> None:
    office = Buyer()
    buyer = make_ctx(office.company, "purchasing.*", role="buyer", name="Bea")
    rule = {"command": "purchasing.approve_order", "fact": "total", "op": ">", "value": "100", "maker_role": "buyer", "verdict": "hold"}
    with scope(office.company.pk):
        sentence = "An order over {total} at {supplier} is above what a buyer approves alone."
        DoorRule.objects.create(company=office.company, **rule, release_role="boss", sentence=sentence)
    order = office.draft()
    with pytest.raises(Held) as held:
        approve_order(buyer, order=order)
    assert "142.8" in held.value.held.reason
    assert office.state(order) == "draft"
    release_held(office.boss, held=held.value.held)
    fresh = office.fresh(order)
    assert (fresh.state, fresh.approved_by_id) == ("approved", buyer.user.pk)
