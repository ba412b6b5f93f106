"""Contact CSV as the programs write it: each row comes in whole, under German, French, Spanish and English headers."""

from datetime import date
from pathlib import Path

import pytest

from enfilade.base.party.formats import EXPORT_COLUMNS, ContactDraft, Parsed, read_contacts, read_contacts_csv
from enfilade.base.party.formats.columns import places_of

FILES = Path(__file__).parent / "files"


def read(name: str, region: str = "DE") -> Parsed:
    return read_contacts((FILES / name).read_bytes(), filename=name, region=region)


def points(draft: ContactDraft, *kinds: str) -> list[tuple[str, str]]:
    return [(point.value, point.label) for point in draft.contact_points if point.kind in kinds]


def one(text: str, region: str = "DE") -> ContactDraft:
    parsed = read_contacts_csv(text.encode(), region=region)
    assert len(parsed.drafts) == 1, parsed.problems
    return parsed.drafts[0]


def test_google_since_2024() -> None:
    parsed = read("google_2024.csv")
    person, company, other, nameless = parsed.drafts
    assert not parsed.problems
    assert [draft.line for draft in parsed.drafts] == [2, 7, 8, 9]
    assert (person.name, person.prefix, person.given_name, person.additional_names, person.family_name, person.nickname) == (
        *("Dr. Katharina Maria Öttl", "Dr.", "Katharina", "Maria", "Öttl", "Kathi"),
    )
    assert (person.organisation, person.title, person.department) == ("Zahnlabor Öttl GmbH", "Geschäftsführerin", "Keramik")
    assert points(person, "phone", "fax") == [
        ("+49 171 5550101", "mobile"),
        ("089 5550102", "work"),
        ("089 5550103", "work"),
        ("089 5550104", "work"),
    ]
    assert points(person, "email") == [
        ("kathi@Oettl-Labor.example", "work"),
        ("labor@oettl-labor.example", "work"),
        ("k.oettl@mail.example", "home"),
    ]
    assert [point.value for point in person.contact_points if point.preferred] == ["kathi@Oettl-Labor.example"]
    (address,) = person.addresses
    assert (address.street, address.extra, address.city, address.country_code) == ("Lindwurmstraße 12", "Hinterhaus", "München", "DE")
    assert person.note == 'Liefert dienstags.\nBitte "vorher" anrufen, Klingel links.'
    assert person.categories == ("Lieferanten", "starred")
    assert (person.birth_on, person.relations, person.anniversaries) == (
        *(date(1979, 11, 3), (("assistant", "Jo Brandl"),), (("anniversary", "2004-06-19"),)),
    )
    assert person.extra == (("Photo", "https://lh3.googleusercontent.com/contacts/kathi"), ("Kundennummer", "L-2204"))
    assert (company.kind, company.name) == ("organisation", "Stadtwerke Notdienst")
    assert points(company, "phone") == [("089 5550200", "main"), ("089 5550201", "Durchwahl Technik")]
    assert other.note == '=HYPERLINK("http://evil.example") stand so im Feld\n\nBirthday: --02-29'
    assert other.addresses[0].street == "Calle Mayor 4, 2º B"
    assert nameless.name == "0171 5550301"


def test_google_until_2024_in_utf_16() -> None:
    person, company = read("google_legacy.csv").drafts
    assert points(person, "phone", "fax") == [("+420 601 555 014", "mobile"), ("+49 151 5550140", "mobile"), ("089 5550141", "home")]
    assert [(address.label, address.street, address.city) for address in person.addresses] == [
        ("home", "Rosenheimer Str. 5", "München"),
        ("work", "Am Hof 1", "Ottobrunn"),
    ]
    assert points(person, "im", "url") == [("tomas.dvorak", "Skype other"), ("http://dvorak.example", "Blog")]
    assert person.note == "Hat Angst vor Spritzen.\nLieber nachmittags."
    assert (person.role, person.extra, person.categories) == ("Tischler", (("Hobby", "Klettern"),), ("Patienten",))
    assert (company.kind, company.addresses[0].street) == ("organisation", "Industriestr. 9, 86150 Augsburg")


def test_outlook_in_english_with_every_telephone() -> None:
    parsed = read("outlook_en.csv", "US")
    person, company = parsed.drafts
    labels = [
        *("assistant", "work", "work", "work", "callback", "car", "company", "home", "home", "home", "isdn", "mobile"),
        *("other", "other", "", "main", "radio", "tty"),
    ]
    assert points(person, "phone", "fax", "pager") == [(f"(510) 555-01{61 + at}", label) for at, label in enumerate(labels)]
    assert points(person, "other") == [("5550179", "telex")]
    assert [point.value for point in person.contact_points if point.preferred] == ["(510) 555-0176"]
    work, home, other = person.addresses
    assert (work.label, work.street, work.city, work.region, work.postal_code, work.country_code) == (
        *("work", "200 Harbor Blvd\nSuite 400\nDock 7", "Oakland", "CA", "94607", "US"),
    )
    assert (home.street, other.city, other.po_box) == ("5 Elm Court", "Reno", "PO Box 88")
    assert person.note == "Met at the fair in Köln – stand 4.\nDelivers within 2 days."
    assert (person.birth_on, person.anniversaries) == (date(1981, 4, 15), (("anniversary", "9/14/2012"),))
    assert dict(person.relations) == {
        "assistant": "Lee Wong",
        "child": "Ada, Max",
        "manager": "Pat Flores",
        "referred by": "Dr. Hahn",
        "spouse": "Sam",
    }
    assert dict(person.extra) == {"Hobby": "Sailing", "Initials": "Z.J.O.", "Office Location": "Building C", "User 1": "Discount 5 %"}
    assert person.categories == ("Suppliers", "VIP")
    assert (company.kind, company.line, company.addresses[0].street) == ("organisation", 5, "1 Pier\nWest Gate")
    assert [(problem.line, problem.field) for problem in parsed.problems] == [(2, "E-mail 3 Address")]


def test_outlook_in_german() -> None:
    parsed = read("outlook_de.csv")
    (person,) = parsed.drafts
    assert not parsed.problems
    assert (person.prefix, person.given_name, person.family_name, person.organisation, person.title) == (
        *("Frau", "Jürgen-Änne", "Groß", "Steuerkanzlei Groß & Söhne", "Steuerberaterin"),
    )
    assert points(person, "phone", "fax") == [
        ("089 5550401", "assistant"),
        ("089 5550402", "work"),
        ("089 5550403", "work"),
        ("089 5550404", "work"),
        ("089 5550405", "company"),
        ("08041 555040", "home"),
        ("0171 5550407", "mobile"),
        ("+41 44 555 04 08", "other"),
        ("089 5550409", "main"),
        ("0172 5550410", "mobile"),
    ]
    assert [(a.label, a.street, a.city, a.country_code, a.po_box) for a in person.addresses] == [
        ("work", "Königsplatz 3\n3. Stock", "München", "DE", "Postfach 1204"),
        ("home", "Am Mühlbach 8", "Bad Tölz", "DE", ""),
        ("other", "Hafenstr. 1", "Zürich", "CH", ""),
    ]
    assert person.birth_on == date(1969, 3, 7)
    assert not person.anniversaries
    assert person.extra == (("Büro", "Zimmer 12"), ("Ort", "Besprechungsraum Isar"))


def test_outlook_in_french_with_two_columns_of_one_name() -> None:
    (person,) = read("outlook_fr.csv", "FR").drafts
    assert (person.prefix, person.given_name, person.family_name, person.title, person.department) == (
        *("Mme", "Éloïse", "Lefèvre", "Directrice", "Atelier"),
    )
    assert points(person, "phone", "fax") == [
        ("03 55 55 05 01", "assistant"),
        ("03 55 55 05 02", "work"),
        ("03 55 55 05 03", "work"),
        ("03 55 55 05 04", "work"),
        ("03 55 55 05 05", "company"),
        ("03 55 55 05 06", "home"),
        ("06 55 55 05 07", "mobile"),
        ("03 55 55 05 08", "main"),
    ]
    assert points(person, "email") == [("eloise@lefevre.example", ""), ("atelier@lefevre.example", "")]
    assert [(a.label, a.street, a.city, a.country_code, a.po_box) for a in person.addresses] == [
        ("work", "12, rue de l'Hôtel-de-Ville\nBâtiment B", "Strasbourg", "FR", "BP 77"),
        ("home", "3, quai des Pêcheurs", "Strasbourg", "FR", ""),
        ("other", "", "Genève", "CH", ""),
    ]
    assert person.note == "Livre le jeudi.\nNe pas appeler à midi."
    assert (person.birth_on, person.extra) == (date(1975, 12, 25), (("Bureau", "Rez-de-chaussée"),))


def test_outlook_in_spanish() -> None:
    (person,) = read("outlook_es.csv", "ES").drafts
    assert (person.prefix, person.given_name, person.family_name, person.organisation, person.title) == (
        *("Sra.", "Begoña", "Ibáñez Peña", "Clínica Ibáñez", "Ortodoncista"),
    )
    assert points(person, "phone", "fax") == [
        ("944 555 061", "work"),
        ("944 555 062", "work"),
        ("944 555 063", "company"),
        ("944 555 064", "home"),
        ("600 555 065", "mobile"),
        ("+33 5 55 55 06 06", "other"),
        ("944 555 067", "main"),
    ]
    assert len(points(person, "email")) == 3
    assert [(a.label, a.street, a.city, a.country_code) for a in person.addresses] == [
        ("work", "Gran Vía 20\n3.º izda.", "Bilbao", "ES"),
        ("home", "Plaza Nueva 1", "Getxo", "ES"),
        ("other", "", "Bayona", "FR"),
    ]
    assert not person.extra


@pytest.mark.parametrize("name", ["thunderbird.csv", "thunderbird_de.tsv"])
def test_thunderbird(name: str) -> None:
    person = read(name, "SE").drafts[0]
    german = name.endswith("tsv")
    assert [label for _, label in points(person, "phone", "fax", "pager")] == ["work", "home", "", *([] if german else [""]), "mobile"]
    assert [(a.label, a.city) for a in person.addresses] == [
        ("home", "Olching" if german else "Malmö"),
        ("work", "Fürstenfeldbruck" if german else "Lund"),
    ]
    assert person.birth_on == (date(1990, 2, 9) if german else date(1972, 1, 3))
    assert person.note == ("Prüft jährlich." if german else "Kommer sällan i tid,\nring dagen före.")
    assert person.extra == ((("Benutzerdef. 1", "Schlüssel Nr. 4"),) if german else (("Custom 1", "Allergi: penicillin"),))


def test_a_list_of_organisations() -> None:
    first, second = read("organisationen.csv").drafts
    assert (first.line, first.kind, first.name) == (3, "organisation", "Dentalbedarf Kühn GmbH")
    assert points(first, "phone", "fax") == [("0911 555090", ""), ("0911 555091", ""), ("0911 555092", "")]
    assert points(first, "email") == [("info@kuehn.example", ""), ("bestellung@kuehn.example", "")]
    assert (second.note, second.addresses[0].country_code) == ('Ansprechpartnerin:\nFrau "Maier"', "DE")


def test_our_own_export() -> None:
    parsed = read("own_export.csv")
    person, company = parsed.drafts
    assert not parsed.problems
    assert (person.kind, person.birth_on, person.uid, person.categories) == ("person", date(1985, 5, 6), "7f0e", ("patient", "supplier"))
    assert points(person, "phone") == [("+49 89 5550960", ""), ("+49 171 5550961", "mobile")]
    assert person.note == "=kein Formelfeld"
    assert (company.kind, company.note, company.addresses[0].city) == ("organisation", "-10 % ab 2026", "Grünwald")


def test_every_column_of_our_own_export_is_known() -> None:
    assert all(place and place.field not in ("extra", "preset") for place in places_of(EXPORT_COLUMNS))


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Name,Vorname", "Meier,Anna", ("Anna Meier", "Anna", "Meier")),
        ("Nom,Prénom", "Petit,Léa", ("Léa Petit", "Léa", "Petit")),
        ("Nombre,Apellidos", "Eva,Ruiz", ("Eva Ruiz", "Eva", "Ruiz")),
        ("Nom", "Léa Petit", ("Léa Petit", "", "")),
        ("Nombre", "Eva Ruiz", ("Eva Ruiz", "", "")),
        ("Name,Given Name,Family Name", "A. Meier,Anna,Meier", ("A. Meier", "Anna", "Meier")),
        ("Contact1 First Name,Contact1 Last Name", "Anna,Meier", ("Anna Meier", "Anna", "Meier")),
    ],
)
def test_names_that_mean_one_thing_here_and_another_there(header: str, cells: str, expected: tuple[str, str, str]) -> None:
    draft = one(f"{header}\n{cells}\n")
    assert (draft.name, draft.given_name, draft.family_name) == expected


@pytest.mark.parametrize(
    ("header", "title", "prefix"),
    [
        ("Name,Title", "Dr.", ""),
        ("Name,Title,Job Title", "Nurse", "Dr."),
        ("Name,Titel,Position", "Nurse", "Dr."),
        ("Name,Titre,Titre", "Nurse", "Dr."),
    ],
)
def test_a_title_is_a_form_of_address_beside_a_job(header: str, title: str, prefix: str) -> None:
    draft = one(f"{header}\nAnna,Dr.,Nurse\n")
    assert (draft.title, draft.prefix) == (title, prefix)


def test_two_columns_for_one_thing_are_both_kept() -> None:
    draft = one("Name,Display Name,Company,Organization\nAnna,Annchen,A,B\n")
    assert (draft.name, draft.organisation, draft.extra) == ("Anna", "A", (("Display Name", "Annchen"), ("Organization", "B")))


def test_columns_of_unknown_name_are_kept() -> None:
    draft = one("Name,Lieblingsfarbe,Notfalltelefon,Privatmail,Alte Homepage\nAnna,Blau,0171 1234567,a@b.example,www.a.example\n")
    assert draft.extra == (("Lieblingsfarbe", "Blau"),)
    assert points(draft, "phone", "email", "url") == [
        ("0171 1234567", "Notfalltelefon"),
        ("a@b.example", "Privatmail"),
        ("www.a.example", "Alte Homepage"),
    ]


def test_ragged_rows_and_what_stands_beyond_the_header() -> None:
    parsed = read_contacts_csv(b"Name,Phone\nAnna\nBert,089 123456,more\n", region="DE")
    assert [draft.name for draft in parsed.drafts] == ["Anna", "Bert"]
    assert parsed.drafts[1].extra == (("column 3", "more"),)
    assert [problem.line for problem in parsed.problems] == [2, 3]


def test_days_are_read_as_the_country_writes_them() -> None:
    assert one("Name,Birthday\nAnna,4/5/1990\n", "US").birth_on == date(1990, 4, 5)
    assert one("Name,Birthday\nAnna,4/5/1990\n", "GB").birth_on == date(1990, 5, 4)
    assert one("Name,Geburtstag\nAnna,04.05.1990\n").birth_on == date(1990, 5, 4)
    assert one("Name,Birthday\nAnna,0/0/00\n").note == ""
    parsed = read_contacts_csv(b"Name,Birthday\nAnna,around 1990\n", region="DE")
    assert parsed.drafts[0].note == "Birthday: around 1990"
    assert parsed.problems[0].field == "Birthday"


@pytest.mark.parametrize("cell", ["=1+1", "@x", "+49 171 1234567", "-5", '"=HYPERLINK(""http://x"")"'])
def test_cells_that_look_like_formulas_are_text(cell: str) -> None:
    assert one(f"Name,Notes\nAnna,{cell}\n").note == cell.strip('"').replace('""', '"')


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a,b,c\n1,2,3\n", 1, "No column"),
        ("Name,Phone\n", 1, "no rows"),
        ("\n\n", 1, "empty"),
        ("Contact1 First Name,Contact1 Last Name\nNPSP__FIRST__C,NPSP__LAST__C\n", 2, "Salesforce"),
    ],
)
def test_a_file_without_contacts_gives_a_sentence(text: str, line: int, word: str) -> None:
    parsed = read_contacts_csv(text.encode(), region="DE")
    assert not parsed.drafts
    assert [(problem.line, problem.refused) for problem in parsed.problems] == [(line, True)]
    assert word in parsed.problems[0].sentence
