"""Proof for `enfilade verify`: numbers without gaps, and a hand-over for every offered case and no other."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, declare_series, verifier

from .models import Case, HandOver

declare_series("work.case", Case, "number", starts="C-")


@verifier("work")
def verify_cases(ctx: Context) -> list[Finding]:
    """Every finding about cases."""
    open_offer = Exists(HandOver.objects.filter(case=OuterRef("pk"), state=HandOver.State.OFFERED))
    rows = Case.objects.visible_to(ctx).annotate(is_offered=open_offer)
    lost = rows.filter(state=Case.State.OFFERED, is_offered=False)
    stray = rows.exclude(state=Case.State.OFFERED).filter(is_offered=True)
    found = [Finding("offer_missing", ref(case), f"{case.number} is offered, but to nobody.") for case in lost]
    return [*found, *(Finding("offer_left_over", ref(case), f"{case.number} is not offered, but a hand-over waits.") for case in stray)]
