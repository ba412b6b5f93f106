"""What is read of a row by the statement that is kept for its model is what its model reads of it."""

from __future__ import annotations

import pytest
from django.apps import apps

from enfilade.core.command.locking import reads_as_company
from enfilade.core.models import ApiToken, RecordQuerySet
from enfilade.core.one_row import one_row
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .practices import practice


@pytest.mark.django_db(transaction=True)
def test_every_model_reads_its_rows_the_same_way() -> None:
    owner, _, _ = practice()
    stranger = make_ctx(make_company("Other"), "*")
    seen = 0
    for model in apps.get_models():
        if not reads_as_company(model):
            continue
        with scope(owner.company_id):
            kept = model.objects.visible_to(owner).order_by("-pk").first()
            if kept is None:
                assert one_row(model, company_id=owner.company_id, pk=0) is None
                continue
            for lock in (False, True) if model.app_writable and not model.append_only else (False,):
                read = one_row(model, lock=lock, company_id=owner.company_id, pk=kept.pk)
                assert read is not None
                assert {f.attname: read.__dict__[f.attname] for f in model._meta.concrete_fields} == {
                    f.attname: kept.__dict__[f.attname] for f in model._meta.concrete_fields
                }, model
                assert (read._state.db, read._state.adding) == ("default", False)
            # The check of the application, without the wall of the database behind it.
            assert one_row(model, company_id=stranger.company_id, pk=kept.pk) is None
        seen += 1
    assert seen > 50


def test_where_a_model_says_otherwise_who_sees_what_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    of_company = [model for model in apps.get_models() if reads_as_company(model)]
    assert len(of_company) > 100
    assert ApiToken not in of_company
    monkeypatch.setattr(RecordQuerySet, "visible_to", lambda rows, _ctx: rows)
    assert not any(map(reads_as_company, of_company))
