"""Every importer of files there is: what it is given, and what its reader answers, in one shape for all of them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
SEED_BYTES_MAX = 120_000
ENDS_OF_SENTENCES = (".", "?", "…")


@dataclass(frozen=True)
class Answer:
    """What a reader makes of a file. found: rows, entries, drafts; said: sentences with their line (0 where a format has no lines)."""

    found: int
    said: list[tuple[int, str]]

    @property
    def promising(self) -> bool:
        """Whether the command may get as far as the database: something was found, and little is said about it."""
        return self.found > 0 and len(self.said) < 3

    def fault(self, lines: bool) -> str:
        """What is wrong with it, "" when nothing is. lines: whether every sentence has to name one."""
        if not self.found and not self.said:
            return "nothing was read and nothing said"
        for line, sentence in self.said:
            if lines and line < 1:
                return f"no position: {sentence}"
            if "\x00" in sentence:
                return f"what no database takes: {sentence!r}"
            if not sentence.rstrip().endswith(ENDS_OF_SENTENCES) or "could not be read (" in sentence or "Error" in sentence:
                return f"no sentence: {sentence}"
        return ""


@dataclass(frozen=True)
class Importer:
    """apart: production reads in a process of its own, so that time and memory are limited there; lines: its sentences name a line."""

    name: str
    seeds: list[bytes]
    read: Callable[[bytes], Answer]
    apart: bool = True
    lines: bool = True


def importers() -> list[Importer]:
    """All of them, with files of our own and, where they are there, those that others published (../shared/samples)."""
    return [*_bank(), *_journals(), *_einvoices(), *_contacts(), *_others()]


def published(folder: str, *endings: str) -> list[bytes]:
    """Files that others published; none where they are absent."""
    found = sorted((SAMPLES / folder).glob("*")) if (SAMPLES / folder).is_dir() else []
    return [p.read_bytes() for p in found if p.suffix.lower() in endings and 0 < p.stat().st_size <= SEED_BYTES_MAX]


def _dicts(found: int, problems: Iterable[dict[str, Any]]) -> Answer:
    return Answer(found, [(p["line"], p["sentence"]) for p in problems])


def _bank() -> list[Importer]:
    from enfilade.back.banking.formats.found import Found, Hints
    from enfilade.back.banking.formats.reader import read
    from enfilade.back.banking.tests import test_formats, test_more_formats
    from enfilade.back.banking.tests.desk import Move, camt

    def statements(data: bytes) -> Answer:
        made = Found.of(read(data, Hints("DE").as_text()))
        return _dicts(len(made.statements), made.problems)

    day, more = date(2026, 11, 3), test_more_formats
    own = {
        "camt": [
            camt("0.00", "3.00", [Move(day, "1.00"), Move(day, "2.00")], day),
            camt("5.00", "4.00", [Move(day, "-1.00")], day, version="02"),
        ],
        "mt940": [test_formats.MT940.encode()],
        "ofx": [more.OFX_1.encode(), more.OFX_2.encode()],
        "qif": [more.QIF.encode()],
        "bai2": [more.BAI.encode()],
        "csv": [more.CSV.encode()],
        "zip": [more.packed(a=more.OFX_1.encode(), b=more.CSV.encode()), more.packed(a=test_formats.MT940.encode())],
    }
    others = {
        "camt": published("01_bank_camt", ".xml"),
        "mt940": published("02_bank_mt940", ".sta", ".txt"),
        "ofx": published("03_bank_ofx", ".ofx"),
        "qif": published("04_bank_qif", ".qif"),
        "bai2": published("05_bank_bai2", ".txt"),
        "csv": published("06_bank_csv", ".csv", ".xlsx"),
    }
    return [Importer(f"bank.{name}", [*seeds, *others.get(name, [])], statements) for name, seeds in own.items()]


def _journals() -> list[Importer]:
    from enfilade.back.ledger.journals.found import FoundJournal
    from enfilade.back.ledger.journals.reader import read
    from enfilade.back.ledger.tests import test_gnucash, test_journals

    def journal(data: bytes) -> Answer:
        made = FoundJournal.of(read(data, "DE", "EUR"))
        uneven = [e for e in made.entries if len(e.postings) < 2 or sum(p.amount_minor or 0 for p in e.postings)]
        said = [(p["line"], p["sentence"]) for p in made.problems]
        return Answer(len(made.entries), [*said, *((0, "An entry does not balance") for _ in uneven)])

    whole = test_gnucash.book(test_gnucash.OPENING, test_gnucash.RENT, test_gnucash.VOID)
    folder = "21_journals"
    return [
        Importer("journal.hledger", [test_journals.PLAIN.encode(), *published(folder, ".journal", ".dat", ".ledger", ".hledger")], journal),
        Importer("journal.beancount", [test_journals.BEAN.encode(), *published(folder, ".beancount", ".bean")], journal),
        Importer("journal.gnucash", [whole, gzip.compress(whole, mtime=0), *published(folder, ".gnucash", ".xml")], journal),
        Importer("journal.csv", [test_journals.TABLE.encode(), *published(folder, ".csv")], journal),
    ]


def _einvoices() -> list[Importer]:
    from enfilade.back.einvoice.formats.reading import Seen, look
    from enfilade.back.einvoice.showing import shown

    def invoice(data: bytes) -> Answer:
        answered = look(data)
        if "no" in answered:
            return Answer(0, [(0, answered["no"])])
        seen = Seen(answered["xml"].encode(), answered["syntax"], answered["specification"], answered["terms"], [])
        return Answer(1 if shown(seen.terms, seen.text("BT-5")) else 0, [])

    files = [*published("10_einvoice_valid", ".xml"), *published("11_einvoice_rules", ".xml"), *published("13_einvoice_more", ".xml")]
    cii = [data for data in files if b"CrossIndustry" in data]
    return [
        Importer("einvoice.ubl", [data for data in files if data not in cii], invoice, lines=False),
        Importer("einvoice.cii", cii, invoice, lines=False),
        Importer("einvoice.pdf", published("12_facturx_pdf", ".pdf"), invoice, lines=False),
    ]


def _contacts() -> list[Importer]:
    from enfilade.base.party.formats import read_contacts

    def contacts(data: bytes) -> Answer:
        made = read_contacts(data, region="DE")
        return Answer(len(made.drafts), [(p.line, p.sentence) for p in made.problems])

    own = ROOT / "src" / "enfilade" / "base" / "party" / "tests" / "files"

    def kept(*endings: str) -> list[bytes]:
        return [p.read_bytes() for p in sorted(own.iterdir()) if p.suffix in endings and p.stat().st_size <= SEED_BYTES_MAX]

    tables = [*published("16_contacts_csv", ".csv"), *published("17_crm_csv", ".csv")]
    return [
        Importer("contacts.vcard", [*kept(".vcf"), *published("15_vcard", ".vcf")], contacts, apart=False),
        Importer("contacts.xcard", [*kept(".xml"), *published("15_vcard", ".xml")], contacts, apart=False),
        Importer("contacts.csv", [*kept(".csv", ".tsv"), *tables], contacts, apart=False),
    ]


def _others() -> list[Importer]:
    from enfilade.back.ledger.journals import opening
    from enfilade.back.ledger.tests import test_opening
    from enfilade.base.calendar.formats.ics_in import read_calendar
    from enfilade.base.calendar.tests import test_importing as calendars
    from enfilade.base.money.formats import ecb
    from enfilade.base.money.tests import test_rates
    from enfilade.core.tabular import read_table

    def events(data: bytes) -> Answer:
        start = datetime(2026, 6, 1, tzinfo=UTC)
        made = read_calendar(data, start, start + timedelta(days=365), ZoneInfo("Europe/Berlin"))
        said = [*made.unread, *made.problems, *([made.fault] if made.fault else [])]
        # A calendar without anything in these days is an empty answer, and a right one.
        return Answer(len(made.taken) or 1, [(p.line, p.sentence) for p in said])

    def rates(data: bytes) -> Answer:
        made = ecb.read(data)
        return _dicts(len(made["rates"]), made["problems"])

    def balances(data: bytes) -> Answer:
        made = opening.read(data, "DE", "EUR")
        return _dicts(len(made["rows"]), made["problems"])

    def table(data: bytes) -> Answer:
        made = read_table(data, region="DE")
        return Answer(len(made.rows), [(p.line, p.sentence) for p in made.problems])

    parts = (calendars.ZONE, calendars.ONE, calendars.WEEKLY, calendars.MOVED, calendars.DAY)
    packed = test_rates.packed(test_rates.HISTORY)
    items = b"code,name,kind,price,tax_class\nA-1,Gloves,good,4.90,standard\nA-2,Cleaning,service,98.00,exempt\n"
    return [
        Importer("calendar.ics", [calendars.ics(*parts), *published("18_icalendar", ".ics")], events, apart=False),
        Importer("rates.ecb", [test_rates.DAILY.encode(), test_rates.HISTORY.encode(), test_rates.ONE_DAY.encode(), packed], rates),
        Importer("opening.csv", [test_opening.FILE.encode()], balances),
        Importer("table.csv", [items, items.replace(b",", b";"), *published("34_csv_traps", ".csv")], table, apart=False),
    ]
