"""A million parties, and how long the server takes to list, filter, find and show them.

Rows come by COPY into tables without indexes and triggers; what the triggers would have kept is filled in one statement, then the
indexes are built again as the migrations made them. What is measured is a request through the whole of the house, in this process:
session, permissions, row-level security, queries, template. A figure is the 95th percentile of many different requests.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

PARTIES = int(os.environ.get("BENCH_PARTIES", "1000000"))
REQUESTS = 60
ROUNDS = 3
_BEGIN = (
    "ba",
    "be",
    "bo",
    "da",
    "fe",
    "ga",
    "ha",
    "jo",
    "ka",
    "la",
    "le",
    "ma",
    "me",
    "mo",
    "na",
    "no",
    "pa",
    "ra",
    "ro",
    "sa",
    "sta",
    "ti",
    "va",
    "wi",
    "zo",
)
_MIDDLE = ("ber", "der", "fin", "gel", "hol", "ker", "lan", "mer", "nis", "ran", "sel", "ter", "vin", "wal")
_END = ("a", "el", "er", "in", "ke", "mann", "o", "son", "stein", "us")
FAMILY = tuple("".join(p).capitalize() for p in itertools.product(_BEGIN, _MIDDLE, _END))
GIVEN = tuple("".join(p).capitalize() for p in itertools.product(_BEGIN, _MIDDLE[:8]))
LANGUAGES = ("de", "de", "de", "en", "fr", "tr", "pl")
COLUMNS = (
    "id, company_id, number, kind, name, given_name, family_name, organisation_name, birth_on, language, name_key, search_text, "
    "additional_names, prefix, suffix, job_title, tax_number, note, uid, extra"
)


def rows(company: int, number: int) -> Iterator[str]:
    """Lines of COPY: nineteen persons for each organisation; names, dates of birth and employers as unequal as they are."""
    chance = random.Random(7)
    for n in range(1, number + 1):
        family = FAMILY[int(len(FAMILY) * chance.random() ** 2)]
        mail = f"{family.lower()}{n}@example.org"
        if n % 20 == 0:
            cells = ["organisation", f"{family} & Partner {n % 977}", "", "", "", r"\N", "de", f"{family.lower()} partner", mail]
        else:
            given = GIVEN[int(len(GIVEN) * chance.random() ** 2)]
            born = f"{1935 + n % 85}-{1 + n % 12:02d}-{1 + n % 28:02d}"
            employer = f"{family} GmbH" if n % 5 == 0 else ""
            name = f"{given} {family}"
            cells = ["person", name, given, family, employer, born, LANGUAGES[n % 7], name.lower(), mail]
        yield "\t".join([str(n), str(company), f"P-{n:07d}", *cells, "", "", "", "", "", "", "", "[]"]) + "\n"


# What slows loading down and is made again afterwards: indexes that no constraint needs, foreign keys, the key of the words.
_SLOW = """
SELECT format('DROP INDEX %%I', c.relname), pg_get_indexdef(c.oid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY (%(tables)s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
              pg_get_constraintdef(oid) || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END)
  FROM pg_constraint
 WHERE conrelid = ANY (%(tables)s::regclass[]) AND (contype = 'f' OR conname = 'party_partyword_pkey')
"""
TABLES = ("party_party", "party_partyword", "party_partyrole", "party_contactpoint")


def load(company: int) -> None:
    """A million parties, a role for most of them, a telephone number for some."""
    with connection.cursor() as cursor:
        cursor.execute(_SLOW, {"tables": list(TABLES)})
        slow = list(cursor.fetchall())
        for drop, _ in slow:
            cursor.execute(drop)
        for table in TABLES:
            # COPY reads no table behind a wall that its owner can't see over.
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        # One process answers one request: what a second one did beside it would not be counted.
        cursor.execute("ALTER ROLE CURRENT_USER SET max_parallel_workers_per_gather = 0")
        with cursor.copy(f"COPY party_party ({COLUMNS}) FROM STDIN") as copy:
            for line in rows(company, PARTIES):
                copy.write(line)
        cursor.execute(_WORDS)
        cursor.execute(_ROLES)
        cursor.execute(_PHONES)
        for _, again in slow:
            cursor.execute(again)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")
            cursor.execute(f"VACUUM ANALYZE {table}")


_WORDS = """
INSERT INTO party_partyword (company_id, row_id, word, label)
SELECT company_id, id, unnest(core_words(ARRAY[name, name_key, number, organisation_name, search_text])), name FROM party_party
"""
_ROLES = """
INSERT INTO party_partyrole (company_id, party_id, role)
SELECT company_id, id, CASE WHEN id % 100 = 0 THEN 'supplier' ELSE 'patient' END FROM party_party WHERE id % 10 < 8
"""
_PHONES = """
INSERT INTO party_contactpoint (company_id, party_id, kind, value, normalised, tail, label, preferred)
SELECT company_id, id, 'phone', '+4930' || id, '+4930' || id, right('00000000' || id, 8), '', true FROM party_party WHERE id % 4 = 0
"""


@functools.cache
def world() -> Any:
    """The owner of a company with a million parties; loaded once."""
    from enfilade.core.testing import make_company, make_ctx

    ctx = make_ctx(make_company("Million"), "*")
    load(ctx.company_id)
    return ctx


@functools.cache
def browser() -> Any:
    """A browser in which the owner is signed in. Pages are drawn as served; the built scripts are not needed for it."""
    from django.conf import settings
    from django.test import Client
    from django_vite.core.asset_loader import DjangoViteAssetLoader

    folder = Path(os.environ["ENFILADE_HOME"])
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"src/main.js": {"file": "main.js", "src": "src/main.js", "isEntry": True}}))
    settings.DJANGO_VITE["default"]["manifest_path"] = manifest
    DjangoViteAssetLoader._instance = None  # noqa: SLF001 - it has read the settings already
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(world().user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def backends() -> list[Path]:
    """Where the kernel counts the time of the database's processes; none where it is another machine's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        found = [Path(f"/proc/{pid}/schedstat") for (pid,) in cursor.fetchall()]
    return [path for path in found if path.exists()]


def spent_ms(counters: list[Path]) -> float:
    """Time that this process and the database's have computed: a busy machine makes it no longer. The clock where it can't be counted."""
    if not counters:
        return time.perf_counter() * 1000
    return time.process_time() * 1000 + sum(int(path.read_text().split()[0]) for path in counters) / 1e6


def p95_ms(requests: Callable[[random.Random], str]) -> float:
    """The 95th percentile of the time of requests, each to another address; the middle one of the rounds."""
    ask, found = browser(), []
    ask.get(LIST)
    counters = backends()
    for number in range(ROUNDS):
        chance, times = random.Random(number), []
        for url in [requests(chance) for _ in range(REQUESTS)]:
            start = spent_ms(counters)
            answer = ask.get(url)
            times.append(spent_ms(counters) - start)
            assert answer.status_code == 200, (url, answer.status_code)
        found.append(sorted(times)[int(REQUESTS * 0.95) - 1])
    return sorted(found)[ROUNDS // 2]


def queries_most() -> float:
    """The most queries of any page: session, rights, frame and list together."""
    from django.test.utils import CaptureQueriesContext

    most, ask = 0, browser()
    for requests in (list_url, filter_url, search_url, record_url, palette_url):
        chance = random.Random(1)
        for url in [requests(chance) for _ in range(REQUESTS // 3)]:
            with CaptureQueriesContext(connection) as asked:
                ask.get(url)
            most = max(most, len(asked))
    return most


LIST = "/party/parties/"


def list_url(chance: random.Random) -> str:
    """A page somewhere in the list, in one of its orders: what follows a person of any name, number or age."""
    from enfilade.core.resource.listing import mark_of

    order = chance.choice(["name", "-name", "number", "-number", "birth_on", "-birth_on", "organisation_name", "-id"])
    values = {
        "name": chance.choice(GIVEN),
        "number": f"P-{chance.randrange(PARTIES):07d}",
        "birth_on": f"{chance.randrange(1936, 2019)}-06-15",
        "organisation_name": chance.choice(FAMILY),
    }
    pk = chance.randrange(1, PARTIES)
    return f"{LIST}?sort={order}&{chance.choice(['after', 'before'])}={mark_of(values.get(order.lstrip('-'), pk), pk)}"


def filter_url(chance: random.Random) -> str:
    """One or two filters, frequent and rare, in one of the orders."""
    year = chance.randrange(1936, 2018)
    filters = chance.sample(
        [
            f"kind={chance.choice(['person', 'organisation'])}",
            f"party_roles__role={chance.choice(['patient', 'supplier', 'nobody'])}",
            chance.choice([f"birth_on_from={year}-01-01&birth_on_to={year + chance.choice([0, 2, 30])}-12-31", f"birth_on={year}-03-03"]),
            f"language={chance.choice(['de', 'pl', 'xx'])}",
        ],
        chance.choice([1, 1, 2]),
    )
    return f"{LIST}?{'&'.join(filters)}&sort={chance.choice(['name', 'name', '-id', 'birth_on'])}"


def search_url(chance: random.Random) -> str:
    """What people type: the beginning of a name, two beginnings, a number, an address, a word nobody has."""
    given, family, n = chance.choice(GIVEN), chance.choice(FAMILY), chance.randrange(1, PARTIES)
    q = chance.choice(
        [
            family[: chance.randrange(2, 6)],
            f"{given[: chance.randrange(2, 5)]} {family[: chance.randrange(2, 5)]}",
            f"{family} {given}",
            f"P-{n:07d}",
            f"{family.lower()}{n}@ex",
            "nobodyatall",
            "m",
        ]
    )
    return f"{LIST}?q={q.replace(' ', '+')}"


def palette_url(chance: random.Random) -> str:
    """The same in Ctrl-K."""
    return search_url(chance).replace(LIST, "/palette/")


def record_url(chance: random.Random) -> str:
    """The page of any party."""
    return f"{LIST}{chance.randrange(1, PARTIES)}/"
