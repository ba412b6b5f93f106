"""Nothing is lost, counted by another hand: what a crude reading of a file finds must stand in the drafts.

The crude reading knows lines, colons and quoted-printable, and compares letters and figures only.
"""

import csv
import io
import quopri
import re
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest

from enfilade.base.party.formats import Parsed, read_contacts
from enfilade.base.party.formats.columns import places_of
from enfilade.base.party.formats.text import normalise_phone
from enfilade.core.tabular import read_table

from .samples_support import FOLDER, own, samples

VALUES = re.compile(r'^(?:[\w-]+\.)?(TEL|X-MS-TEL|ADR|NOTE|EMAIL|FN)((?:;[^:"]*(?:"[^"]*")?)*):(.*)$', re.IGNORECASE | re.MULTILINE)
# Columns whose cells are words of the program, or days, which are read and not copied.
UNCOPIED = re.compile(
    r"label|type|group|sex|gender|birth|geburt|anniv|jahrestag|index|kategor|categor|typ$|angezeigter|messagerie$|correo", re.IGNORECASE
)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def told(parsed: Parsed) -> str:
    """All that the drafts say, as letters and figures."""
    return letters(" ".join(str(value) for draft in parsed.drafts for value in draft).replace("\\n", " ").replace("\\\\", " "))


def crude_values(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of the properties that people typed."""
    encoding = "utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    text = re.sub(r"\r\n|\r", "\n", text)
    text = re.sub(r"(?<==)\n[ \t]?(?=[=;\w])", "", text) if "QUOTED" in text else text
    text = re.sub(r"=(?==)|\n[ \t]", "", text)
    for name, params, value in VALUES.findall(text):
        if "QUOTED-PRINTABLE" in params.upper():
            raw = quopri.decodestring(value.encode("utf-8"))
            try:
                value = raw.decode("utf-8")
            except UnicodeDecodeError:
                value = raw.decode("cp1252", "replace")
        yield name.upper(), re.sub(r"\\[nN]", " ", value)


@pytest.mark.parametrize("path", [*own(".vcf"), *samples("15_vcard", ".vcf")])
def test_every_number_address_and_note_of_a_card_comes_in(path: Path) -> None:
    data = path.read_bytes()
    parsed = read_contacts(data, filename=path.name, region="DE")
    assert parsed.drafts
    if path.name in ("damaged.vcf", "mixed_encodings.vcf", "indented.vcf"):
        pytest.skip("read by its own test: this file is wrong on purpose")
    said, counted = told(parsed), 0
    for name, value in crude_values(data):
        for part in (
            re.split(r"(?<!\\);", value)
            if name == "ADR"
            else [value.partition(";ext=")[0].removeprefix("tel:") if "TEL" in name else value]
        ):
            assert letters(part) in said, (name, part)
            counted += bool(letters(part))
    assert counted
    begun = len(re.findall(rb"(?im)^begin:vcard", data.replace(b"\x00", b"").removeprefix(b"\xff\xfe")))
    assert len(parsed.drafts) == begun
    assert not [problem for problem in parsed.problems if problem.refused]


@pytest.mark.parametrize("path", [*own(".csv", ".tsv"), *samples("16_contacts_csv", ".csv"), *samples("17_crm_csv", ".csv")])
def test_every_cell_of_a_row_comes_in(path: Path) -> None:
    data = path.read_bytes()
    parsed = read_contacts(data, filename=path.name, region="US")
    said = told(parsed)
    encoding = "utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    text = text.removeprefix("sep=;\r\n")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    if "INSTRUCTIONS:" in header:
        assert [problem.refused for problem in parsed.problems] == [False, True]
        return
    assert len(parsed.drafts) == len(rows)
    assert not [problem for problem in parsed.problems if problem.refused]
    places = places_of(header)
    for row in rows:
        for at, cell in enumerate(row):
            place = places[at]
            if UNCOPIED.search(header[at]) or (place and place.field in ("preset", "kind")) or re.fullmatch(r"[0/. ]*", cell):
                continue
            for word in cell.split():
                assert letters(word) in said, (header[at], word)


@pytest.mark.parametrize("path", samples("34_csv_traps", ".csv"))
def test_csv_traps_are_read(path: Path) -> None:
    table = read_table(path.read_bytes())
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert table.header == tuple(header)
    assert [list(row.cells) for row in table.rows] == rows
    assert not table.problems


def test_the_public_newline_trap_keeps_physical_lines() -> None:
    path = FOLDER / "34_csv_traps" / "max-mapper__newlines.csv"
    if not path.exists():
        pytest.skip("no public sample files in 34_csv_traps")
    assert [row.line for row in read_table(path.read_bytes()).rows] == [2, 3, 5]


@pytest.mark.parametrize("path", samples("15_vcard", ".xml"))
def test_the_card_of_the_standard_in_xml(path: Path) -> None:
    (draft,) = read_contacts(path.read_bytes(), filename=path.name, region="CA").drafts
    assert draft.name == "Simon Perreault"
    assert [point.normalised for point in draft.contact_points if point.kind == "phone"] == ["+14186569254", "+14182626501"]
    assert (draft.addresses[0].street, draft.addresses[0].country_code) == ("2875 boul. Laurier, suite D2-630", "CA")
    assert draft.note == "Birthday: --0203"


def test_the_example_number_of_every_country_is_dialled_in_that_country() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert normalise_phone(national, region) == expected, region
        assert normalise_phone(expected, "DE") == expected, region


@pytest.mark.parametrize("path", samples("31_phones", ".xml"))
def test_no_number_of_the_public_tables_is_lost(path: Path) -> None:
    numbers = re.findall(r"<exampleNumber>([^<]+)</exampleNumber>", path.read_text(encoding="utf-8"))
    data = "Name,Phone\n" + "".join(f'N{at},"{number}"\n' for at, number in enumerate(numbers))
    drafts = read_contacts(data.encode(), filename="x.csv", region="US").drafts
    assert [draft.contact_points[0].value for draft in drafts] == numbers


@pytest.mark.parametrize("path", samples("30_addresses", ".yaml"))
def test_public_addresses_come_in_with_their_country(path: Path) -> None:
    # Names with a remark ("Mayotte (eaux territoriales)") belong to the map and stand in no address book.
    places = re.findall(r"^\s+country: ([^()\n]+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    codes = [code.upper() for code in re.findall(r"^\s+country_code: (.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["Name", "Country"], *([f"N{at}", place] for at, place in enumerate(places))])
    drafts = read_contacts(buffer.getvalue().encode(), filename="x.csv", region="US").drafts
    found = {draft.addresses[0].country_code for draft in drafts}
    assert "" not in found
    assert found <= set(codes)
