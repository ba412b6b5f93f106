"""`python -m bench.endure.found NAME PATIENTS DAYS`: a company with its people in the database of DATABASE_URL.

Prints as JSON what a program needs to work in it: key, slug, today, items, a token of the owner, and who may sign in.
"""

from __future__ import annotations

import json
import os
import secrets
import sys


def main() -> int:
    """Found it and make a token of its owner."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
    import django

    django.setup()
    from enfilade.base.item.models import Item
    from enfilade.core.access import issue_token
    from enfilade.core.scope import scope
    from enfilade.site.demo import found_practice

    name, patients, days = sys.argv[1], *(int(word) for word in (sys.argv[2:4] or ("1", "0")))
    password = secrets.token_urlsafe(16)
    owner, people, _ = found_practice("dental", patients=patients, days=days, password=password, name=name)
    with scope(owner.company_id):
        token = issue_token(owner.user, owner.company, "endurance")
        items = list(Item.objects.visible_to(owner).filter(price_minor__gt=0).order_by("pk").values_list("pk", flat=True)[:2])
    logins = [ctx.user.email for ctx in people.values()]
    told = {
        "company": owner.company_id,
        "slug": owner.company.slug,
        "today": owner.today.isoformat(),
        "items": items,
        "token": token,
        "logins": logins,
        "password": password,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
