"""What readers of journals share that are written line by line: one entry is open at a time, and a fault of one line hides no other."""

from __future__ import annotations

from enfilade.core.textfile import Problems, code_page, decode, repair
from enfilade.core.textvalues import Fault, say, told

from .found import ENTRIES_MAX, FoundEntry, FoundJournal, settle


class LineReading:
    """One file. A reader of a format says what to do with a line (`take`) and what is missing at the end (`end_of_file`)."""

    # infers: two currencies of an entry may be each other's worth without saying so.
    format, infers = "", False

    def __init__(self, data: bytes, region: str, currency: str) -> None:
        text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
        self.text = repair(text, page=code_page(region))
        self.lines, self.currency = self.text.split("\n"), currency
        self.problems, self.made = Problems(), FoundJournal(self.format)
        self.entry: FoundEntry | None = None

    def take(self, at: int, line: str) -> None:
        """Read one line; a Fault gives up the entry that is open, which is not judged as a whole then."""
        raise NotImplementedError

    def end_of_file(self) -> None:
        """Say what is missing, or was passed over."""

    def found(self) -> FoundJournal:
        """The journal."""
        for at, raw in enumerate(self.lines, 1):
            try:
                self.take(at, raw.rstrip())
            except Fault as fault:
                self.entry = None
                say(self.problems, fault)
            if len(self.made.entries) > ENTRIES_MAX:
                self.problems.add(
                    at, "", f"There are more than {ENTRIES_MAX} entries in this file. Split it into smaller ones.", refused=True
                )
                break
        self.end_entry()
        self.end_of_file()
        self.made.problems = told(self.problems.listed())
        return self.made

    def end_entry(self) -> None:
        """The entry that is open is complete."""
        entry, self.entry = self.entry, None
        if entry is None:
            return
        try:
            settle(entry, infer=self.infers)
        except Fault as fault:
            say(self.problems, fault)
            return
        if entry.postings:
            self.made.entries.append(entry)
