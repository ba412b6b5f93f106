"""Address books to measure imports with: people who are all different, each with a mobile number, an e-mail address and a home."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.world import session_cpu_s

CONTACTS = 10_000
_GIVEN = [
    "Ada",
    "Ben",
    "Cleo",
    "Dora",
    "Emil",
    "Fritz",
    "Gesa",
    "Hanna",
    "Ivo",
    "Jana",
    "Kai",
    "Lena",
    "Mia",
    "Nils",
    "Ole",
    "Pia",
    "Rosa",
    "Sven",
    "Tom",
    "Uta",
]
_STEMS = [
    "Berg",
    "Lind",
    "Holm",
    "Stein",
    "Wald",
    "Bach",
    "Feld",
    "Burg",
    "Dorf",
    "Heim",
    "Moor",
    "Tal",
    "Au",
    "Quell",
    "Ried",
    "Hag",
    "Loh",
    "Rode",
    "Thal",
    "Werth",
    "Kamp",
    "Horst",
]


def _people(number: int) -> list[dict[str, str]]:
    found = []
    for n in range(number):
        given = _GIVEN[n % len(_GIVEN)]
        rest = n // len(_GIVEN)
        first, second = _STEMS[rest % len(_STEMS)], _STEMS[rest // len(_STEMS) % len(_STEMS)]
        family = first + second.lower() + ("", "er", "mann", "sen")[rest // len(_STEMS) ** 2]
        found.append(
            {
                "given": given,
                "family": family,
                "phone": f"0171 {5_000_000 + n}",
                "mail": f"{given}.{family}.{n}@example.org".lower(),
                "street": f"Hauptstr. {n % 200 + 1}",
                "code": f"{10_115 + n % 900}",
                "born": (date(1940, 1, 1) + timedelta(days=2 * n)).isoformat(),
            }
        )
    return found


def address_book_csv(number: int = CONTACTS) -> bytes:
    """As Outlook writes it."""
    head = "First Name,Last Name,Mobile Phone,E-mail Address,Home Street,Home Postal Code,Home City,Birthday"
    rows = [f"{p['given']},{p['family']},{p['phone']},{p['mail']},{p['street']},{p['code']},Berlin,{p['born']}" for p in _people(number)]
    return "\r\n".join([head, *rows]).encode()


def address_book_vcard(number: int = CONTACTS) -> bytes:
    """As telephones write it: vCard 3.0."""
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{family};{given};;;\r\nFN:{given} {family}\r\nTEL;TYPE=CELL:{phone}\r\n"
        "EMAIL;TYPE=INTERNET:{mail}\r\nADR;TYPE=HOME:;;{street};Berlin;;{code};Germany\r\nBDAY:{born}\r\nEND:VCARD\r\n"
    )
    return "".join(card.format(**p) for p in _people(number)).encode()


def import_cpu_s(name: str, data: bytes) -> float:
    """CPU seconds of this process and its database session for a whole import: read, laid down, taken, audited, recorded."""
    from django.conf import settings

    from enfilade.core.importing import import_file
    from enfilade.core.resource import resource_named
    from enfilade.core.testing import make_company, make_ctx

    ctx = make_ctx(make_company("Bench"), "*")
    with TemporaryDirectory() as folder:
        settings.FILES_DIR = Path(folder)
        before, before_session = time.process_time(), session_cpu_s()
        result = import_file(ctx, resource_named("party.party"), name, data)
        used = (time.process_time() - before) + (session_cpu_s() - before_session)
    if (result.created, result.refused) != (CONTACTS, 0):
        raise RuntimeError(f"The import made {result.created} contacts and left {result.refused} out.")
    return used
