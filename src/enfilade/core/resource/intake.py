"""Files in: how the rows of a file become rows for commands, column by column.

A resource takes CSV and workbooks by its own fields. A module may know more (address books, cards): it registers an Intake of its own.
Nothing here writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db import models

from enfilade.core.audit import to_json
from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import is_storable
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import AmountField
from enfilade.core.models import ImportRow
from enfilade.core.tabular import SEPARATORS, Reading, Table, read_table
from enfilade.core.textfile import clean

from .columns import field_at, public_name
from .declare import Resource
from .headings import names_again, said_anywhere
from .manner import DECIMALS, ORDERS, Manner, found_manner
from .registry import RESOURCES

MODES = ("both", "create", "update")
Outcome = ImportRow.Outcome
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "cp1250", "cp1251", "cp850", "mac_roman", "utf-16", "shift_jis", "gb18030")
LEFT_OUT = ""
_SAMPLES = 3
_LOOKED_AT_TOGETHER = 100
_WRITTEN = {"amount", "number", "date"}


@dataclass(frozen=True)
class Options:
    """How a file is read, and what its columns mean.

    encoding, separator, sheet, header_line: see `tabular.Reading`; empty is found by looking.
    mapping: number of the column, from 0 -> target; "" leaves the column out; a column that is not named gets what is proposed.
    named: heading -> target, for those who know the file by its headings; where both say something, the number counts.
    decimal, dates: how numbers and dates are written, see `manner`; empty is found by looking.
    key: the field by which a row is found again; empty means the resource's own.
    mode: create (what is there already is refused), update (what is not there is refused) or both.
    answers: what the intake asks for besides, by name, such as whose time the events of a calendar take.
    """

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_line: int = 0
    mapping: dict[int, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    decimal: str = ""
    dates: str = ""
    key: str = ""
    mode: str = "both"
    answers: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """Options as a program sends them. Refuses what no file could be read by."""
        if unknown := given.keys() - set(cls.__dataclass_fields__):
            raise Refusal("invalid", f"An import has no option {min(map(str, unknown))[:60]!r}.", field="options")
        mapping = given.get("mapping") or {}
        if not isinstance(mapping, dict) or not all(str(k).isdecimal() and isinstance(v, str) for k, v in mapping.items()):
            raise Refusal("invalid", "The mapping names a target for a column's number.", field="options")
        named = given.get("named") or {}
        if not isinstance(named, dict) or not all(isinstance(v, str) for v in named.values()):
            raise Refusal("invalid", "A heading is given the name of a target.", field="options")
        texts: dict[str, Any] = {n: str(given.get(n) or "") for n in ("encoding", "separator", "sheet", "decimal", "dates", "key")}
        line = str(given.get("header_line") or 0)
        made = cls(**texts, header_line=int(line) if line.isdecimal() else -1, mapping={int(k): v for k, v in mapping.items()}, named=named)
        answers = given.get("answers") or {}
        if not isinstance(answers, dict):
            raise Refusal("invalid", "The answers are given by name.", field="options")
        made = replace(made, mode=str(given.get("mode") or "both"), answers=answers)
        made.check()
        return made

    def check(self) -> None:
        """Refuse a value that means nothing, by name."""
        page_known = self.encoding in {"", *ENCODINGS, "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"} or self.encoding.startswith("cp")
        if not page_known or not _is_encoding(self.encoding):
            raise Refusal("invalid", f"There is no encoding {self.encoding[:40]!r}; take one of: {', '.join(ENCODINGS)}.", field="encoding")
        if self.separator not in {"", *SEPARATORS}:
            raise Refusal("invalid", "A separator is a comma, a semicolon, a tab or a bar.", field="separator")
        if self.decimal not in {"", *DECIMALS}:
            raise Refusal("invalid", "The sign before a fraction is a point or a comma.", field="decimal")
        if self.dates not in {"", *ORDERS}:
            raise Refusal("invalid", f"The order of a date is one of: {', '.join(ORDERS)}.", field="dates")
        if self.mode not in MODES:
            raise Refusal("invalid", f"The mode is one of: {', '.join(MODES)}.", field="mode")
        if not 0 <= self.header_line <= 1_000:
            raise Refusal("invalid", "The line of the header is a number from 1 to 1000.", field="header_line")

    def as_json(self) -> dict[str, Any]:
        """As the batch keeps them."""
        return asdict(self) | {"mapping": {str(k): v for k, v in self.mapping.items()}}

    @property
    def reading(self) -> Reading:
        """The part that tells how the file is read."""
        return Reading(self.encoding, self.separator, self.sheet, self.header_line)


def _is_encoding(name: str) -> bool:
    try:
        b"".decode(name or "utf-8")
    except (LookupError, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Target:
    """What a column may be. required: a new row can't do without it."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False


@dataclass(slots=True)
class FileRow:
    """A row of a file on its way: the columns of `ImportRow`, without the weight of a model, since there are thousands."""

    line: int = 0
    command: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    cells: list[str] | None = None
    position: int = 0
    outcome: str = "waiting"
    ref: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    below: dict[str, Any] = field(default_factory=dict)
    said: list[list[str]] = field(default_factory=list)


@dataclass
class ImportProblem:
    """What was not taken, and why. refused: the row was left out; otherwise it is a warning."""

    line: int
    field: str
    sentence: str
    refused: bool = True

    def __post_init__(self) -> None:
        """As a Problem: both may quote the file."""
        self.field, self.sentence = clean(self.field)[0], clean(self.sentence)[0]


@dataclass
class Intaken:
    """A file as it was understood. table is None where the file has no columns (cards)."""

    rows: list[FileRow] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    table: Table | None = None
    mapping: list[str] = field(default_factory=list)
    kind: str = "csv"
    manner: Manner = field(default_factory=Manner)

    @property
    def header_key(self) -> str:
        """The same for two files of the same columns, whatever their order of rows, encoding and separator."""
        names = [" ".join(n.split()).casefold() for n in self.table.header] if self.table else []
        return hashlib.sha256(json.dumps(names).encode("utf-8", "surrogatepass")).hexdigest() if names else ""

    def samples(self, column: int) -> list[str]:
        """The first few different values of a column."""
        found: dict[str, None] = {}
        for row in (self.table.rows if self.table else ())[:200]:
            if column < len(row.cells) and (text := row.cells[column].strip()):
                found.setdefault(text[:60])
            if len(found) == _SAMPLES:
                break
        return list(found)


class Intake:
    """How the files of one resource are understood. Subclass, and register with `intake(label, ...)`, where a module knows more.

    formats: for people. below: related names of rows that belong to a row, which an import may add to.
    whole: what an import changed of a row is put back as a whole or, where anything of it was changed since, not at all.
    remembers: what a row said is needed to take it back.
    asks: inputs that have to be answered before the rows of a file mean anything.
    rehearsed_rows: how many rows a check really runs; the others are read and looked up.
    """

    formats: tuple[str, ...] = ("CSV", "Excel")
    below: tuple[str, ...] = ()
    whole = False
    remembers = False
    asks: Mapping[str, Parameter] = MappingProxyType({})
    rehearsed_rows = 50

    def may_take(self, resource: Resource, ctx: Context) -> bool:
        """Whether the resource takes files and the caller may add rows."""
        return bool(resource.fields and resource.import_key) and resource.may_add(ctx)

    def targets(self, resource: Resource) -> list[Target]:
        """What a column may be, in the order of the form."""
        add = resource.add_command
        required = {n for n, p in add.parameters.items() if p.required} if add is not None else set()
        names = dict.fromkeys(([resource.import_key] if resource.import_key else []) + list(resource.fields))
        return [Target(n, resource.label_of(n), _kind(resource, n), public_name(n) in required) for n in names]

    def keys(self, resource: Resource) -> list[Target]:
        """The fields by which a row may be found again, the resource's own first."""
        return [t for t in self.targets(resource) if t.kind in {"text", "number", "date"}]

    def propose(self, resource: Resource, header: Sequence[str]) -> list[str]:
        """The target of each column by its name; each target once."""
        found: list[str] = []
        for name in header:
            target = head(resource, name)
            known = target in resource.fields or target == resource.import_key
            found.append(target if known and target not in found else LEFT_OUT)
        return found

    def recognise(self, resource: Resource, cells: Sequence[str]) -> int:
        """How many cells of a row are names of columns."""
        return sum(bool(t) for t in self.propose(resource, cells))

    def cards(self, ctx: Context, name: str, data: bytes, options: Options, *, whole: bool) -> Intaken | None:
        """The rows of a file that has no columns, or None where it is a table. Not whole: only as many as there are, not what they say."""
        return None

    def left_out(self, text: str, rows: Sequence[ImportRow]) -> tuple[str, str, str] | None:
        """The rows of such a file that were left out, as one that can be mended: ending, media type and content. None: as cards."""
        return None

    def rows(self, resource: Resource, ctx: Context, table: Table, mapping: list[str], options: Options) -> Intaken:
        """The rows of a table under a mapping."""
        read_too = {*resource.fields, resource.import_key}
        made = Intaken(table=table, mapping=mapping, kind=table.kind, manner=self.manner(resource, ctx, table, mapping, options))
        read = {t.name: made.manner.date if t.kind == "date" else made.manner.number for t in self.targets(resource) if t.kind in _WRITTEN}
        for row in table.rows:
            cells = {m: table.text_of(c) for m, c in zip(mapping, row.cells, strict=False) if m in read_too}
            taken = FileRow(line=row.line, inputs=cells, cells=list(row.cells))
            for name in read.keys() & cells.keys():
                try:
                    cells[name] = read[name](cells[name])
                except ValueError as no:
                    taken.outcome, taken.said = Outcome.REFUSED, [*taken.said, [public_name(name), str(no)]]
            made.rows.append(taken)
        return made

    def manner(self, resource: Resource, ctx: Context, table: Table, mapping: Sequence[str], options: Options) -> Manner:
        """How the file writes numbers and dates: as was said, else as it says itself."""
        kinds = {t.name: t.kind for t in self.targets(resource)}
        values: dict[str, list[str]] = {"number": [], "date": []}
        for at, name in enumerate(mapping):
            if (kind := kinds.get(name, "")) in _WRITTEN:
                values["date" if kind == "date" else "number"] += [row.cells[at] for row in table.rows if at < len(row.cells)]
        ours = {*map(public_name, resource.fields), *map(public_name, resource.columns), "id"}
        found = found_manner(values["number"], values["date"], region=ctx.company.country, by_program=ours.issuperset(table.header))
        return Manner(options.decimal or found.decimal, options.dates or found.dates)

    def sort_out(self, ctx: Context, rows: list[FileRow], options: Options) -> None:
        """Say of many rows which command each becomes, where looking that up one by one would cost a query each."""

    def take_many(self, ctx: Context, rows: list[FileRow], options: Options) -> list[str]:
        """Write many rows at once, where the module has a set-based twin of its command: sets the outcome of those it took.

        What it leaves waiting is taken one by one; what it raises makes all of them be taken one by one.
        Shape: what those rows are called, for people.
        """
        return []

    def taken_back(self, ctx: Context, rows: Sequence[ImportRow]) -> None:
        """Do what else has to be done when rows of an import were taken back: removed, or put back as they were."""


INTAKES: dict[str, Intake] = {}
_PLAIN = Intake()


def register_intake(label: str, own: Intake) -> None:
    """Say how the files of a resource are understood."""
    INTAKES[label] = own


def intake_of(resource: Resource) -> Intake:
    """How the files of a resource are understood."""
    return INTAKES.get(resource.label, _PLAIN)


def read_file(resource: Resource, ctx: Context, name: str, data: bytes, options: Options, *, whole: bool = True) -> Intaken:
    """Every row of a file as it would be taken, and what is to be said of it. Nothing is written.

    whole: False looks at header and columns only, which is quick for a large file; the rows then say nothing yet.
    """
    own = intake_of(resource)
    if (cards := own.cards(ctx, name, data, options, whole=whole)) is not None:
        return _settled(cards)
    region = ctx.company.country
    table = read_table(
        data, region=region, recognise=lambda cells: own.recognise(resource, names_again(resource, cells)), how=options.reading
    )
    table = replace(table, header=tuple(names_again(resource, table.header)))
    said = [ImportProblem(p.line, p.field, p.sentence, p.refused) for p in table.problems]
    if not table.header:
        return Intaken(problems=said, table=table, kind=table.kind)
    known = {name.strip(): target for name, target in options.named.items()}
    proposed = zip(table.header, own.propose(resource, table.header), strict=True)
    mapping = [options.mapping.get(at, known.get(name, found)) for at, (name, found) in enumerate(proposed)]
    if missing := known.keys() - set(table.header):
        absent = ImportProblem(table.header_line, min(missing)[:60], f"The file has no column {min(missing)[:60]!r}.")
        return Intaken(problems=[*said, absent], table=table, mapping=mapping, kind=table.kind)
    if fault := _fault_of_mapping(resource, own, table, mapping):
        return Intaken(problems=[*said, fault], table=table, mapping=mapping, kind=table.kind)
    if not whole:
        rows = [FileRow(line=row.line) for row in table.rows]
        manner = own.manner(resource, ctx, table, mapping, options)
        return Intaken(rows, [*said, *_left_out(resource, table, mapping)], table, mapping, table.kind, manner)
    made = own.rows(resource, ctx, table, mapping, options)
    made.problems = [*said, *_left_out(resource, table, mapping), *made.problems]
    return _settled(made)


def _fault_of_mapping(resource: Resource, own: Intake, table: Table, mapping: list[str]) -> ImportProblem | None:
    known = {t.name for t in own.targets(resource)}
    if unknown := next((m for m in mapping if m and m not in known), ""):
        return ImportProblem(table.header_line, "", f"There is no column {unknown[:60]!r} to import into.")
    if not any(mapping):
        wanted = ", ".join(resource.fields)
        return ImportProblem(table.header_line, "", f"None of the columns is known. The first line has to name some of: {wanted}.")
    heads = [head(resource, n) for n in table.header]
    if twice := next((h for h in heads if h in resource.fields and heads.count(h) > 1), "") if own is _PLAIN else "":
        return ImportProblem(table.header_line, twice, "This column is there twice.")
    if own is _PLAIN and (twice := next((m for m in mapping if m and mapping.count(m) > 1), "")):
        return ImportProblem(table.header_line, twice, "Two columns are to become this one.")
    return None


def _left_out(resource: Resource, table: Table, mapping: list[str]) -> list[ImportProblem]:
    """Columns whose name is not known and that nobody gave a meaning."""
    shown, proposed = {*resource.columns, "id", resource.import_key}, intake_of(resource).propose(resource, table.header)
    forgotten = [
        name
        for name, target, known in zip(table.header, mapping, proposed, strict=True)
        if name and not target and not known and head(resource, name) not in shown and name != PROBLEM_COLUMN
    ]
    return [ImportProblem(table.header_line, n[:60], "This column is not known and was left out.", refused=False) for n in forgotten]


PROBLEM_COLUMN = "What was wrong"


def _settled(made: Intaken) -> Intaken:
    """Numbered from 1; a row with what no database can hold is refused here, and kept without it."""
    for position, row in enumerate(made.rows, 1):
        row.position = position
    for start in range(0, len(made.rows), _LOOKED_AT_TOGETHER):
        rows = made.rows[start : start + _LOOKED_AT_TOGETHER]
        # Written as JSON, only such a character and half of one beyond the first plane look like this; the rest need not be walked through.
        text = to_json([[row.inputs, row.cells] for row in rows])
        if "\\u0000" in text or "\\ud" in text:
            for row in rows:
                _settle(row)
    return made


def _settle(row: FileRow) -> None:
    if not (storable(row.inputs) and storable(row.cells)):
        row.said = [[next((n for n, v in row.inputs.items() if not storable(v)), ""), "This text holds characters that can't be kept."]]
        row.outcome = Outcome.REFUSED
        row.inputs, row.cells = {}, cleaned(row.cells)


def storable(value: Any) -> bool:
    """Whether a JSON column can hold a value."""
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, dict):
        return all(storable(k) and storable(v) for k, v in value.items())
    return all(map(storable, value)) if isinstance(value, list | tuple) else True


def cleaned(cells: list[str] | None) -> list[str] | None:
    """Cells with a mark where a character was that can't be kept."""
    return cells and ["".join(c if is_storable(c) else "\ufffd" for c in cell) for cell in cells]


def head(resource: Resource, text: str) -> str:
    """The field that a heading means, or the heading itself in small letters."""
    clean = text.strip().lower()
    for name in (*resource.fields, *resource.columns):
        if clean in {public_name(name), name, name.replace("_", " ")} or clean in said_anywhere(resource.label_of(name)):
            return name
    return clean


def _kind(resource: Resource, name: str) -> str:
    """What kind of values a field holds, as the form of columns shows it."""
    column = field_at(resource.model, name)
    if isinstance(column, models.ForeignKey):
        return "link"
    if isinstance(column, AmountField):
        return "amount"
    if isinstance(column, models.BooleanField):
        return "yes or no"
    if column is not None and column.choices:
        return "one of: " + ", ".join(str(k) for k, _ in column.flatchoices if k != "")[:80]
    if isinstance(column, models.DateTimeField | models.TimeField):
        return "time"
    if isinstance(column, models.DateField):
        return "date"
    if isinstance(column, models.IntegerField | models.DecimalField):
        return "number"
    return "text" if isinstance(column, models.CharField | models.TextField) else "list"


def found_options(made: Intaken, options: Options) -> Options:
    """The options with what was found by looking, for people to see and to correct."""
    if made.table is None:
        return options
    table = made.table
    mapping = dict(enumerate(made.mapping)) if made.mapping else options.mapping
    return replace(
        options,
        encoding=table.encoding or options.encoding,
        separator=table.separator if table.kind == "csv" else "",
        sheet=table.sheet,
        header_line=table.header_line,
        mapping=mapping,
    )


def key_of_link(link: models.ForeignKey[Any, Any]) -> str:
    """The field by which a link is written in a file: the import key of the other resource, else the primary key."""
    related = RESOURCES.get(link.related_model._meta.label_lower)
    return related.import_key if related and related.import_key else "pk"
