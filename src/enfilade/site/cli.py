"""The command line: the same resources, commands and reports as the pages, for people at a terminal and for scripts.

    enfilade list billing.invoice --state issued --json
    enfilade show billing.invoice 7
    enfilade run billing.issue_invoice --invoice 7 --on 2026-11-02 --json
    enfilade run work.close_case --match "state=answered" --outcome settled
    enfilade import party.party contacts.vcf --dry-run --json
    enfilade import item.item prices.csv --map code=Artikel --map price=Preis --mode update
    enfilade export party.party > parties.csv
    enfilade report ledger.trial_balance --on 2026-11-30 --json
    enfilade verify

Who acts: --as E-MAIL (or ENFILADE_USER), else the first owner of the company; --company SLUG where there are several.
A refusal ends with exit code 2, its code and its sentence on standard error, never with a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from .home import HomeProblem
from .local import local_database

EXIT_REFUSED = 2


class Misuse(Exception):
    """The words of the line do not go together; said in one sentence."""


# What argparse says by itself: named here, so that it is among the words that have translations.
OF_ARGPARSE = ("positional arguments", "Options", "show this help message and exit")


class Help(argparse.HelpFormatter):
    """Help in the language of the terminal."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """How a line is written."""
        super().add_usage(usage, actions, groups, f"{_helped('Usage')}: " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """What argparse calls a group of words."""
        super().start_section(heading and _helped(heading))

    def add_text(self, text: str | None) -> None:
        """What a verb is for."""
        super().add_text(text and _helped(text))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _helped(action.help)


class Parser(argparse.ArgumentParser):
    """argparse whose complaints are one sentence."""

    def __init__(self, **more: Any) -> None:
        super().__init__(formatter_class=Help, **more)

    def error(self, message: str) -> NoReturn:
        """Raise Misuse with the sentence."""
        raise Misuse(f"{message[:1].upper()}{message[1:]}. Try: {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options, rest = parser().parse_known_args(arguments)
    except Misuse as misuse:
        fail("usage", str(misuse), as_json="--json" in arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
    os.environ["ENFILADE_LOG"] = "lines"  # Standard error is for the person who typed the line, whatever the house around it writes.
    try:
        if options.verb == "restore":
            return _restore(options)
        with local_database():
            return _run(options, rest)
    except HomeProblem as problem:
        fail("no_database", str(problem), as_json=options.json)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def _restore(options: argparse.Namespace) -> int:
    """enfilade restore: before there is a database to ask."""
    from .restore import restore

    found = restore(Path(options.folder), lambda text: sys.stderr.write(f"{text}\n"))
    if options.json:
        sys.stdout.write(json.dumps({"ok": not found, "findings": found}) + "\n")
    else:
        sys.stdout.write("Everything is back, and nothing was altered.\n" if not found else f"Everything is back; verify finds {found}.\n")
    return 1 if found else 0


def parser() -> Parser:
    """The options of every verb."""
    top = Parser(prog="enfilade", description="Front, middle and back office of a company, from the command line.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="verb")
    common = Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print it as JSON")
    common.add_argument(
        "--as", dest="user", default=os.environ.get("ENFILADE_USER", ""), metavar="E-MAIL", help="who acts (default: the first owner)"
    )
    common.add_argument("--company", default=os.environ.get("ENFILADE_COMPANY", ""), metavar="SLUG", help="for which company")

    def verb(name: str, text: str, /, *positional: str, **optional: str) -> Parser:
        made = verbs.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)
        for word in positional:
            made.add_argument(word.rstrip("?"), nargs="?" if word.endswith("?") else None)
        for word, meaning in optional.items():
            made.add_argument(f"--{word.replace('_', '-')}", help=meaning)
        return made

    verb("list", "List records: every filter of the resource is an option, also --q, --sort, --limit, --after.", "resource")
    verb("show", "Show one record.", "resource", "id")
    run = verb(
        "run",
        "Run a command: every input is an option; lines are JSON.",
        "command",
        key="idempotency key: the same key gives the first result again",
        reason="why, when it is administration: elevates the caller for this one command",
    )
    run.add_argument("--rehearse", action="store_true", help="run everything, show the result, keep nothing")
    run.add_argument("--targets", metavar="KEYS", help="run it on many rows: 4,5,6; what became of each is reported")
    run.add_argument("--match", metavar="QUERY", help="run it on every row of a list, such as state=open&kind=call; * for all")
    run.add_argument("--whole", action="store_true", help="with --targets or --match: all or nothing")
    run.add_argument("--input", metavar="JSON", help="all inputs as one JSON object")
    take = verb("import", "Import a file into a resource: what it asks for besides is an option, such as --bookables.", "resource", "file")
    take.add_argument("--dry-run", action="store_true", help="say what would happen, keep nothing")
    take.add_argument(
        "--map", action="append", default=[], metavar="TARGET=COLUMN", help="what a column of the file becomes; may be repeated"
    )
    take.add_argument("--key", default="", metavar="FIELD", help="field by which a row is found again (default: the resource's own)")
    take.add_argument("--mode", default="both", metavar="both|create|update", help="add what is new, change what is there, or both")
    for option, choice in (("encoding", None), ("separator", None), ("sheet", None), ("decimal", ".|,"), ("dates", "ymd|dmy|mdy")):
        take.add_argument(f"--{option}", default="", metavar=choice, help="found by looking where it is not given")
    verb("export", "Print a resource as CSV; filters as for list; --format xlsx or another that its list offers.", "resource")
    verb("report", "Print a report: its inputs are options; --format csv, xlsx or pdf makes a file of it.", "report")
    verb("verify", "Check that nothing was altered: balances, chains, numbers. Exit code 1 when something is found.")
    verb("backup", "Write database and files of this moment into a new folder.", "folder")
    verb("restore", "Bring a backup back into an empty data folder or database, and verify it.", "folder")
    verb("rehearse", "Upgrade a copy of the database and compare rows and ledger totals before and after; the database stays as it is.")
    audit = verb("audit", "audit export: write the sealed record of a period into an archive that checks itself.", "action")
    audit.add_argument("--from", dest="since", metavar="DATE", required=True, help="first day of the seals")
    audit.add_argument("--to", dest="until", metavar="DATE", required=True, help="last day of the seals")
    audit.add_argument("--out", metavar="FILE", default="", help="where to (record-COMPANY-FROM-TO.zip)")
    verb("commands", "List every command, resource and report.")
    verb(
        "token",
        "Make an API token for a user and print it once.",
        name="what it is for",
        scope="permissions it is narrowed to, separated by commas (default: all of hers)",
        days="after how many days it expires (90)",
    )
    verb("password-link", "Print a link by which somebody sets her password, where none is mailed. It opens once, for an hour.", "email")
    verb(
        "demo",
        "Found a demo company with the system's own commands.",
        kind="kind of company (dental)",
        patients="how many patients",
        seed="for other people and dates",
    )
    return top


def _run(options: argparse.Namespace, rest: list[str]) -> int:
    import django
    from django.db import OperationalError, ProgrammingError

    try:
        django.setup()
        from enfilade.core.context import Held, OutcomeUnknown, Refusal

        from . import cli_verbs as verbs
    except ImportError as error:
        raise HomeProblem(f"A part of Enfilade is missing ({error.name}). Run `make run` or `make test` once.") from error
    run: Callable[[argparse.Namespace, dict[str, Any]], int] = verbs.VERBS[options.verb]
    from django.utils import timezone

    try:
        given = more_options(rest)
        if options.verb in {"verify", "audit", "backup", "rehearse", "commands", "token", "demo", "show", "password-link"} and given:
            # With its dashes an option is no word that a language could have.
            option = f"--{next(iter(given))}"
            fail("usage", f"{options.verb} does not know {option}.", as_json=options.json)
        return run(options, given)
    except Held as held:
        waiting = held.held
        fail(
            "held",
            waiting.reason,
            as_json=options.json,
            held=f"core.heldcommand:{waiting.pk}" if waiting.pk else None,
            release_role=waiting.release_role,
        )
    except Refusal as no:
        errors = [{"field": path, "detail": s} for path, found in getattr(no, "errors", {}).items() for s in found]
        fail(
            no.code,
            str(no),
            as_json=options.json,
            **({"errors": errors} if errors else {}),
            **({"hints": list(no.hints)} if no.hints else {}),
        )
    except OutcomeUnknown:
        fail(
            "outcome_unknown", "The database could not say whether this was saved. Run it again with the same --key.", as_json=options.json
        )
    except (OperationalError, ProgrammingError) as error:
        fail("database", f"The database does not answer as expected: {str(error).splitlines()[0]}", as_json=options.json)
    finally:
        timezone.deactivate()


def more_options(rest: list[str]) -> dict[str, Any]:
    """`--state issued --state paid --on=2026-11-02` as {"state": ["issued", "paid"], "on": "2026-11-02"}; a bare option is true."""
    from enfilade.core.context import Refusal

    found: dict[str, Any] = {}
    items = list(rest)
    while items:
        word = items.pop(0)
        if not word.startswith("--") or len(word) < 3:
            raise Refusal("usage", f"{word[:80]!r} is not an option. Options look like --name value.")
        name, equals, value = word[2:].partition("=")
        if not equals:
            value = items.pop(0) if items and not items[0].startswith("--") else "true"
        name = name.replace("-", "_")
        found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value] if name in found else value
    return found


def _printable(text: str) -> str:
    """A word of the line may hold bytes that are no text; a sentence names it all the same."""
    return text.encode("utf-8", "backslashreplace").decode()


def _said(sentence: str) -> str:
    """A sentence in the language of the terminal, once the house is open. JSON is for programs and keeps the one text."""
    from django.apps import apps

    if not apps.ready:
        return sentence
    from django.utils import translation

    from enfilade.core.language.words import say

    with translation.override(terminal_language()):
        return say(sentence)


def _helped(text: str) -> str:
    """A word of the help in the language of the terminal, for which the house need not be open; no catalogue is read for English."""
    from enfilade.core.language.words import book_of

    book = book_of(terminal_language())
    return book.say(text) if book else text


def terminal_language() -> str:
    """What a terminal says of its language (POSIX: LC_ALL before LC_MESSAGES before LANG), as Django names it; English where nothing."""
    told = next((found for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (found := os.environ.get(name))), "")
    name = told.partition(".")[0].partition("@")[0]
    return name.replace("_", "-").lower() if re.fullmatch("[a-z]{2}(_[A-Z]{2})?", name) else "en"


def fail(code: str, sentence: str, *, as_json: bool, **more: Any) -> NoReturn:
    """Say why on standard error (and as JSON on standard output when asked for) and leave with exit code 2."""
    sentence = _printable(sentence)
    if as_json:
        sys.stdout.write(
            json.dumps({"error": {"code": code, "sentence": sentence, **{k: v for k, v in more.items() if v is not None}}}) + "\n"
        )
    sys.stderr.write(f"{code}: {_printable(_said(sentence))}\n")
    for error in more.get("errors", []):
        sys.stderr.write(_printable(f"  {error['field'] or 'input'}: {_said(error['detail'])}\n"))
    raise SystemExit(EXIT_REFUSED)


if __name__ == "__main__":
    raise SystemExit(main())
