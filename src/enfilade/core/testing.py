"""What every module's tests start from: companies, callers, and races with real threads. Shipped, because modules outside use it too."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from .access import context_for
from .context import Context
from .models import Company, Membership, Role, User

_numbers = itertools.count(1)


def make_company(name: str = "Practice", **fields: Any) -> Company:
    """A company of its own."""
    number = next(_numbers)
    return Company.objects.create(slug=f"{name.lower().replace(' ', '-')}-{number}", name=f"{name} {number}", **fields)


def make_ctx(company: Company, *permissions: str, role: str = "", name: str = "", **more: Any) -> Context:
    """A member of the company who holds exactly these permissions (`*` for all), in a role of its own."""
    number = next(_numbers)
    user = User.objects.create_user(f"user{number}@example.test", name=name or f"User {number}")
    code = role or f"role-{number}"
    made, _ = Role.objects.get_or_create(company=company, code=code, defaults={"name": code.capitalize(), "permissions": list(permissions)})
    Membership.objects.create(company=company, user=user).roles.add(made)
    return context_for(user, company, **more)


def race(number: int, run: Callable[[int], Any]) -> list[Any]:
    """Run `run(i)` in as many real threads at once; what each returned or raised, by thread."""
    gate, out = threading.Barrier(number), [None] * number

    def go(i: int) -> None:
        gate.wait()
        try:
            out[i] = run(i)
        except Exception as error:  # noqa: BLE001 - the test asks what each thread raised
            out[i] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(i,)) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out
