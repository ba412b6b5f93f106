"""What a line of a role grants: `module.action`, `module.*` or `*`, for the company, the department or own rows. Pure.

`work.view_case` grants for every row of the company, `work.view_case@department` for rows of the person's departments and
those below them, `work.view_case@own` for her own rows. Which columns mean owner and department, a model says (core.rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

COMPANY, DEPARTMENT, OWN = "company", "department", "own"
# Widest first.
SCOPES = (COMPANY, DEPARTMENT, OWN)
EVERYTHING = "*"
# A role says a few hundred lines, and every request reads them.
LINES_MAX = 8192
_LINE = re.compile(r"(\*|[a-z][a-z0-9_]*\.(?:\*|[a-z][a-z0-9_]*))(?:@(department|own|company))?")

Reach = frozenset[str]
NOWHERE: Reach = frozenset()
EVERYWHERE: Reach = frozenset({COMPANY})


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """permission: `module.action`, `module.*` or `*`; scope: company, department or own."""

    permission: str
    scope: str = COMPANY

    def __str__(self) -> str:
        return self.permission if self.scope == COMPANY else f"{self.permission}@{self.scope}"

    def covers(self, permission: str) -> bool:
        """Whether this line speaks of a permission."""
        return self.permission in patterns(permission)


def patterns(permission: str) -> tuple[str, str, str]:
    """What a role may say to grant a permission: itself, its module, everything."""
    return permission, f"{permission.partition('.')[0]}.*", EVERYTHING


@lru_cache(LINES_MAX)
def read_grant(line: str) -> Grant | None:
    """A line of a role, None where it is none."""
    found = _LINE.fullmatch(line.strip())
    return Grant(found[1], found[2] or COMPANY) if found else None


def reach_of(grants: Iterable[Grant], permission: str) -> Reach:
    """For which rows lines grant a permission: the company, or any of department and own; empty where they do not at all."""
    found = frozenset(g.scope for g in grants if g.covers(permission))
    return EVERYWHERE if COMPANY in found else found


def split_grants(lines: Iterable[str]) -> tuple[frozenset[str], dict[str, Reach]]:
    """Lines of roles as a context keeps them: what is granted for the company, and what is granted only for some rows.

    A line that can't be read grants nothing.
    """
    whole: set[str] = set()
    limited: dict[str, Reach] = {}
    for line in lines:
        grant = read_grant(line)
        if grant is None:
            continue
        if grant.scope == COMPANY:
            whole.add(grant.permission)
        else:
            limited[grant.permission] = limited.get(grant.permission, NOWHERE) | {grant.scope}
    return frozenset(whole), {permission: reach for permission, reach in limited.items() if permission not in whole}


def words(scope: str) -> str:
    """A scope as people read it."""
    return {COMPANY: "the whole company", DEPARTMENT: "her departments", OWN: "her own rows"}[scope]
