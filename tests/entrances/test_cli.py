"""The command line: every verb, exit codes 0, 1 and 2, JSON on standard output, sentences on standard error, never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.base.calendar.models import Closure
from enfilade.base.item.models import Item
from enfilade.core.access import context_of_token
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx
from enfilade.core.verify import VERIFIERS, Finding
from enfilade.site.cli import main
from enfilade.site.cli_verbs import VERBS

from .test_calendar_files import bookable_of, calendar

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Said:
    """What a line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read."""
        return json.loads(self.out)


Line = Callable[..., Said]


@pytest.fixture
def line(owner: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Line:
    """Run a line as the owner of a company, in this process and on its database."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://the-tests-have-one-already/")
    monkeypatch.setenv("ENFILADE_COMPANY", owner.company.slug)
    monkeypatch.delenv("ENFILADE_USER", raising=False)

    def run(*words: str) -> Said:
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Said(code, said.out, said.err)

    return run


def refused(said: Said, code: str) -> str:
    """The sentence of a refusal."""
    assert said.code == 2, said
    assert said.err.startswith(f"{code}: "), said.err
    first = said.err.splitlines()[0]
    return first.removeprefix(f"{code}: ")


def test_a_calendar_file_says_whose_time_it_is_and_comes_in_again_as_it_was_exported(line: Line, owner: Context, tmp_path: Path) -> None:
    amsel, file = bookable_of(owner), tmp_path / "my.ics"
    file.write_bytes(calendar(2))
    call = ("import", "calendar.booking", str(file), "--json")
    assert refused(line(*call, "--bookable", "1"), "usage") == "import does not know --bookable."
    assert refused(line(*call), "invalid") == "Whose time is required."
    found = line(*call, "--bookables", str(amsel.pk)).json
    assert (found["created"], found["changed"], found["refused"], found["problems"][0]["line"]) == (2, 0, 1, 15)
    exported = line("export", "calendar.booking", "--format", "ics").out
    assert exported.count("BEGIN:VEVENT") == 2
    file.write_text(exported)
    found = line(*call, "--bookables", str(amsel.pk)).json
    assert (found["created"], found["changed"], found["refused"]) == (0, 2, 0)


def test_a_refusal_in_the_language_of_the_terminal(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """LC_ALL goes before LANG; what programs read is the same everywhere, and a language that nobody taught the house is English."""
    for told, sentence in (
        ({"LANG": "de_DE.UTF-8"}, "Rechnung 7 gibt es nicht."),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "There is no invoice 7."),
    ):
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name, raising=False)
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        said = line("show", "billing.invoice", "7", "--json")
        assert refused(said, "not_found") == sentence
        assert said.json["error"]["sentence"] == "There is no invoice 7."


def test_the_help_in_the_language_of_the_terminal(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb and every option, with what argparse says by itself; and a line that makes no sense."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    english, german = "", ""
    for verb in VERBS:
        german += line(verb, "--help").out
        monkeypatch.setenv("LC_ALL", "C")
        english += line(verb, "--help").out
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    for words in ("Aufruf: enfilade list", "Optionen:", "Wörter der Zeile:", "diese Hilfe zeigen und enden", "für welche Firma"):
        assert words in german
    for words in ("Usage: enfilade list", "Options:", "Positional arguments:", "show this help message and exit", "for which company"):
        assert words.lower() in english.lower()
        assert words.lower() not in german.lower()
    assert refused(line("verify", "--from", "x"), "usage") == "verify kennt --from nicht."


def add(line: Line, code: str = "A", **more: str) -> int:
    """An item; its key."""
    words = [w for name, value in more.items() for w in (f"--{name}", value)]
    made = line("run", "item.add_item", "--code", code, "--name", f"Name {code}", *words, "--json")
    assert made.code == 0, made
    return int(made.json["id"])


# -- the verbs


def test_run_list_and_show(owner: Context, line: Line) -> None:
    """JSON has the same shape as the API; without it people get a table."""
    key = add(line, price="12.50")
    shown = line("show", "item.item", str(key), "--json")
    assert (shown.code, shown.json["price"], shown.json["prices"][0]["price"]) == (0, "12.50", "12.50")
    listed = line("list", "item.item", "--kind", "service", "--json")
    assert [i["code"] for i in listed.json["items"]] == ["A"]
    assert listed.json["after"] is None
    assert line("list", "item.item", "--kind=product", "--json").json["items"] == []
    table = line("list", "item.item").out.splitlines()
    assert table[0].split()[:3] == ["id", "Code", "Name"]
    assert table[1].split()[:3] == [str(key), "A", "Name"]
    assert "12.50" in line("show", "item.item", str(key)).out


def test_an_instant_is_shown_by_the_clock_of_the_company(owner: Context, line: Line) -> None:
    line("run", "item.add_item", "--code", "A", "--name", "One")
    entry = line("list", "core.auditentry", "--limit", "1").out.splitlines()[1]
    assert re.search(r"\b\d{4}-\d\d-\d\d \d\d:\d\d  ", entry), entry


def test_list_goes_on_after_a_mark(line: Line) -> None:
    for code in "ABC":
        add(line, code)
    first = line("list", "item.item", "--limit", "2", "--json").json
    rest = line("list", "item.item", "--limit", "2", "--after", first["after"], "--json").json
    assert [i["code"] for i in (*first["items"], *rest["items"])] == ["A", "B", "C"]
    assert "more: --after " in line("list", "item.item", "--limit", "2").out
    either = line("list", "item.item", "--kind", "service", "--kind", "product", "--json").json
    assert len(either["items"]) == 3


def test_run_takes_an_object_a_key_and_a_rehearsal(owner: Context, line: Line) -> None:
    """Options beside the object win; the same key gives the first result; a rehearsal keeps nothing."""
    inputs = json.dumps({"code": "A", "name": "From JSON", "price": "1"})
    assert line("run", "item.add_item", "--input", inputs, "--name", "From option", "--rehearse", "--json").json["name"] == "From option"
    first = line("run", "item.add_item", "--input", inputs, "--key", "k", "--json").json
    again = line("run", "item.add_item", "--input", inputs, "--key", "k", "--json").json
    assert first == again
    with scope(owner.company_id):
        assert Item.objects.visible_to(owner).count() == 1


def test_a_wall_time_is_the_companys(owner: Context, line: Line) -> None:
    """Not that of the machine: half past nine in Berlin is half past eight in Greenwich."""
    words = ["--kind", "follow_up", "--title", "Call back", "--due-at", "2030-01-07T09:30"]
    made = line("run", "work.open_case", *words, "--rehearse", "--json")
    assert made.code == 0, made
    assert made.json["due_at"] == "2030-01-07T08:30:00+00:00"


def test_import_and_export(owner: Context, line: Line, tmp_path: Path) -> None:
    """What comes out goes in again; a dry run keeps nothing; a file in which no row is good ends with 2."""
    file = tmp_path / "items.csv"
    file.write_text("code,name\nA,Anything\nB,\n")
    dry = line("import", "item.item", str(file), "--dry-run", "--json")
    assert (dry.code, dry.json["dry_run"], dry.json["created"], dry.json["refused"]) == (0, True, 1, 1)
    assert [(p["line"], p["field"]) for p in dry.json["problems"]] == [(3, "name")]
    with scope(owner.company_id):
        assert not Item.objects.visible_to(owner).exists()
    taken = line("import", "item.item", str(file))
    assert (taken.code, "1 were added" in taken.out, "line 3, name: Name is required." in taken.err) == (0, True, True)
    file.write_text(line("export", "item.item", "--kind", "service").out)
    assert line("import", "item.item", str(file), "--json").json["changed"] == 1
    file.write_text("code,name\n,\n")
    assert line("import", "item.item", str(file), "--json").code == 2


def test_a_report_is_a_table_of_amounts_with_its_totals(owner: Context, line: Line) -> None:
    assert line("report", "ledger.trial_balance", "--on", "2026-11-30", "--json").code == 2  # There is no ledger yet.
    assert line("run", "ledger.found_ledger", "--chart", "generic").code == 0
    assert line("run", "ledger.open_year", "--year", "2026").code == 0
    legs = json.dumps([{"account_code": "1000", "debit": "12.50"}, {"account_code": "1200", "credit": "12.50"}])
    posted = line("run", "ledger.post_journal", "--on", "2026-11-02", "--text", "Change", "--lines", legs)
    assert posted.code == 0, posted
    heads, first, second, total = line("report", "ledger.trial_balance", "--on", "2026-11-30").out.splitlines()
    assert heads.split() == ["Account", "Name", "Opening", "Debit", "Credit", "Balance"]
    assert (first.split()[0], first.split()[-3:]) == ("1000", ["12.50", "0.00", "12.50"])
    assert (second.split()[0], second.split()[-3:]) == ("1200", ["0.00", "12.50", "-12.50"])
    assert total.split() == ["Total", "0.00", "12.50", "12.50", "0.00"]
    assert len({len(row) for row in (heads, first, second, total)}) == 1  # Figures end at one edge.


def test_columns_are_named_on_the_line(owner: Context, line: Line, tmp_path: Path) -> None:
    """--map, --key and --mode; what they can't mean is a sentence and exit code 2."""
    file = tmp_path / "preise.csv"
    file.write_bytes("Artikel|Bezeichnung|Preis\nA|Prüfung|1.50\n".encode("cp850"))
    words = ["import", "item.item", str(file), "--map", "code=Artikel", "--map", "name=Bezeichnung", "--map", "price=Preis"]
    taken = line(*words, "--encoding", "cp850", "--separator", "|", "--mode", "create", "--json")
    assert (taken.code, taken.json["created"], taken.json["problems"]) == (0, 1, [])
    with scope(owner.company_id):
        assert Item.objects.visible_to(owner).get(code="A").name == "Prüfung"
    again = line(*words, "--encoding", "cp850", "--mode", "create", "--json")
    assert (again.code, again.json["refused"], "already" in again.json["problems"][0]["sentence"]) == (2, 1, True)
    assert line("import", "item.item", str(file), "--map", "code=Nothing", "--json").json["problems"][-1]["field"] == "Nothing"
    for wrong in (["--map", "code"], ["--mode", "all"], ["--encoding", "no-such"], ["--separator", "??"]):
        assert line("import", "item.item", str(file), *wrong).code == 2, wrong


def test_reports_commands_token_verify(owner: Context, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {row["name"] for row in line("commands", "--json").json}
    assert {"item.add_item", "item.item", "ledger.trial_balance"} <= names
    token = line("token", "--name", "test", "--json").json["token"]
    found = context_of_token(token)
    assert found is not None
    assert (found.user, found.company) == (owner.user, owner.company)
    good = line("verify", "--json")
    assert (good.code, good.json) == (0, {"ok": True, "companies": 1, "findings": []})
    monkeypatch.setitem(VERIFIERS, "test", lambda ctx: [Finding("test_gap", "x:1", "Something is missing.")])
    bad = line("verify", "--json")
    assert (bad.code, bad.json["ok"], bad.json["findings"][0]["sentence"]) == (1, False, "Something is missing.")
    assert "test_gap x:1: Something is missing." in line("verify").out


def test_who_acts(owner: Context, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who is named, with her own rights; in the company she works for where none is named."""
    clerk = make_ctx(owner.company, "item.view_item")
    assert line("list", "item.item", "--as", clerk.user.email.upper(), "--json").code == 0
    refused(line("run", "item.add_item", "--code", "A", "--name", "x", "--as", clerk.user.email), "not_allowed")
    refused(line("list", "item.item", "--as", "nobody@example.test"), "not_found")
    refused(line("list", "item.item", "--company", "no-such-company"), "not_found")
    other = make_ctx(make_company("Other"), "*")
    refused(line("list", "item.item", "--as", other.user.email), "not_found")
    monkeypatch.delenv("ENFILADE_COMPANY")
    refused(line("list", "item.item"), "which_company")
    assert line("list", "item.item", "--as", other.user.email, "--json").json["items"] == []


# -- misuse


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nothing",),
        ("list",),
        ("list", "no.such"),
        ("list", "item"),
        ("list", ""),
        ("list", "item.item", "--colour", "red"),
        ("list", "item.item", "--kind", "robot"),
        ("list", "item.item", "--sort", "password"),
        ("list", "item.item", "--limit", "²"),
        ("list", "item.item", "--limit", "0"),
        ("list", "item.item", "--after", "x"),
        ("list", "item.item", "--kind", "\udcff"),
        ("list", "item.item", "word"),
        ("list", "item.item", "-x"),
        ("list", "item.item", "--=x"),
        ("show", "item.item"),
        ("show", "item.item", "x"),
        ("show", "item.item", "²"),
        ("show", "item.item", "9" * 40),
        ("show", "item.item", "999999"),
        ("show", "item.item", "1", "--kind", "x"),
        ("run",),
        ("run", "item"),
        ("run", "item.no_such"),
        ("run", "item.add_item"),
        ("run", "item.add_item", "--input", "{"),
        ("run", "item.add_item", "--input", "[]"),
        ("run", "item.add_item", "--input", "[" * 100_000),
        ("run", "item.add_item", "--input", '{"code": "\\ud800", "name": "x"}'),
        ("run", "item.add_item", "--code", "A", "--name", "x", "--price", "1.005"),
        ("run", "item.add_item", "--code", "A", "--code", "B", "--name", "x"),
        ("run", "item.add_item", "--code", "\udc80", "--name", "x"),
        ("run", "item.add_item", "--company-id", "7", "--code", "A", "--name", "x"),
        ("run", "item.add_item", "--key", "k" * 5000, "--code", "A"),
        ("run", "item.set_price", "--item", "999999", "--price", "1", "--valid-from", "2026-11-02"),
        ("run", "ledger.post_journal", "--on", "2026-11-02", "--text", "x", "--lines", "{"),
        ("run", "ledger.post_journal", "--on", "2026-11-02", "--text", "x", "--lines", "7"),
        ("import", "item.item"),
        ("import", "item.item", "/no/such/file"),
        ("import", "item.item", "/"),
        ("import", "item.item", "\x00"),
        ("import", "item.item", "/dev/null"),
        ("import", "no.such", "/dev/null"),
        ("import", "core.auditentry", "/dev/null"),
        ("import", "item.item", "/dev/null", "--kind", "x"),
        ("export", "no.such"),
        ("export", "item.item", "--colour", "red"),
        ("report", "no.such"),
        ("report", "ledger.trial_balance", "--on", "tomorrow"),
        ("report", "ledger.trial_balance", "--colour", "red"),
        ("verify", "--company", "no-such"),
        ("verify", "--colour", "red"),
        ("commands", "--colour", "red"),
        ("token", "--colour", "red"),
        ("demo", "--patients", "-1"),
        ("demo", "--patients", "²"),
        ("demo", "--patients", "9999999"),
        ("demo", "--seed", "x"),
        ("demo", "--kind", "no-such"),
        ("list", "item.item", "--as", "x\x00"),
        ("list", "item.item", "--company", "\udcff"),
        ("list", "item.item", "--company", "-"),
    ],
    ids=lambda words: " ".join(words)[:60].encode("ascii", "backslashreplace").decode() or "nothing",
)
def test_misuse_is_answered_with_a_sentence(line: Line, words: tuple[str, ...]) -> None:
    """Exit code 2, the code and the sentence on standard error; with --json the same as an object on standard output."""
    said = line(*words)
    assert said.code == 2, said
    assert said.out == "" or words[0] == "import", said.out
    said_first = next(row for row in said.err.splitlines() if row.partition(": ")[0].isidentifier())
    head, _, sentence = said_first.partition(": ")
    assert len(sentence) > 8
    if words and words[0] in VERBS:
        found = line(*words, "--json")
        assert found.code == 2
        if words[0] != "import":
            assert found.json["error"]["code"] == head
            assert found.json["error"]["sentence"]


def test_a_refusal_names_every_input(line: Line) -> None:
    said = line("run", "item.add_item", "--price", "x", "--colour", "red", "--json")
    assert said.code == 2
    assert {e["field"] for e in said.json["error"]["errors"]} == {"code", "name", "price", "colour"}
    assert "  price: Enter an amount such as 120.50." in said.err


WORDS = st.one_of(
    st.sampled_from([*VERBS, "item.item", "item.add_item", "ledger.trial_balance"]),
    st.sampled_from(["--json", "--key", "--input", "--as", "--limit", "--code=A", "--name", "--lines", "--q", "--dry-run", "--rehearse"]),
    st.sampled_from(["--", "-h", "=", "{}", "[]", "null", "1", "-1", "\udcff", "x" * 3000]),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=7))
def test_no_line_ends_in_a_traceback(line: Line, words: list[str]) -> None:
    """Whatever is typed: an exit code, and where it is 2, a sentence."""
    if "demo" in words:
        return
    said = line(*words)
    assert said.code in {0, 1, 2}, said
    if said.code == 2:
        assert ": " in said.err or said.out


def test_help_is_for_people(line: Line) -> None:
    said = line("--help")
    assert (said.code, "Run a command: every input is an option" in said.out) == (0, True)


def test_a_long_day_off_is_read_from_options(owner: Context, line: Line) -> None:
    """Dates, optional inputs and texts with blanks, as a script writes them."""
    days = ["--starts-on", "2026-12-24", "--ends-on=2026-12-26"]
    made = line("run", "calendar.add_closure", *days, "--reason", "Holidays are here", "--json")
    assert made.code == 0, made
    with scope(owner.company_id):
        assert Closure.objects.visible_to(owner).get().reason == "Holidays are here"
