"""vCard as the programs write it: each card comes in whole, with every number, address and note."""

from datetime import date
from pathlib import Path

import pytest

from enfilade.base.party.formats import ContactDraft, Parsed, detect, read_contacts, read_vcards, read_xcards

FILES = Path(__file__).parent / "files"


def read(name: str) -> Parsed:
    return read_contacts((FILES / name).read_bytes(), filename=name, region="DE")


def points(draft: ContactDraft, *kinds: str) -> list[tuple[str, str]]:
    """Value and label of the contact points of some kinds."""
    return [(point.value, point.label) for point in draft.contact_points if point.kind in kinds]


def numbers(draft: ContactDraft) -> list[str]:
    return [point.normalised for point in draft.contact_points if point.kind in ("phone", "fax", "pager")]


def card(*lines: str, version: str = "3.0") -> ContactDraft:
    """One card from a few lines."""
    parsed = read_vcards("\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode(), region="DE")
    assert len(parsed.drafts) == 1
    return parsed.drafts[0]


def test_apple() -> None:
    person, company = read("icloud.vcf").drafts
    assert (person.name, person.prefix, person.given_name, person.additional_names, person.family_name, person.suffix) == (
        *("Dr. Lena Sophie Bauer M.Sc.", "Dr.", "Lena", "Sophie", "Bauer", "M.Sc."),
    )
    assert (person.kind, person.nickname, person.organisation, person.department, person.title) == (
        *("person", "Leni", "Praxis am Markt", "Prophylaxe", "Zahnärztin"),
    )
    assert points(person, "phone", "fax", "pager") == [
        ("+49 160 5551001", "mobile"),
        ("+49 160 5551002", "mobile"),
        ("089 5551003", "home"),
        ("089 5551004", "work"),
        ("089 5551005", ""),
        ("089 5551006", "school"),
    ]
    assert numbers(person)[2] == "+49895551003"
    assert points(person, "email") == [("lena@Praxis-am-Markt.example", "work"), ("leni@urlaub.example", "Ferienhaus")]
    assert person.contact_points[0].normalised == "lena@praxis-am-markt.example"
    assert points(person, "url", "im", "social") == [
        ("https://bauer.example/leni", "homepage"),
        ("skype:lena.bauer", "Skype home"),
        ("http://twitter.com/lenabauer", "twitter"),
    ]
    home, work = person.addresses
    assert (home.street, home.city, home.postal_code, home.country_code) == ("Rosenweg 3\nHinterhaus", "München", "80331", "DE")
    assert (home.label, home.preferred, work.label, work.preferred) == ("home", True, "work", False)
    assert (work.street, work.region, work.country_code) == ("1 Market St, Suite 5", "CA", "US")
    assert person.note == "Zweite Tür links; Code 12, bitte „leise“.\n\nKein Parkplatz.\\ Ende\n\nBirthday: --04-15"
    assert person.anniversaries == (("anniversary", "2010-06-12"), ("Erster Arbeitstag", "2015-03-01"))
    assert person.relations == (("spouse", "Jonas Bauer"),)
    assert person.categories == ("Kollegen",)
    assert person.photo is not None
    assert person.photo.media_type == "image/png"
    assert person.extra == (("X-PHONETIC-LAST-NAME", "Bau-er"),)
    assert (company.kind, company.name, company.line, company.note) == ("organisation", "Apotheke am Dom", 44, "Rezepte per Fax")
    assert points(company, "phone", "url") == [("089 5551010", "main"), ("http://apotheke.example", "homepage")]


def test_apple_says_what_it_took_out_of_a_copied_number() -> None:
    (problem,) = read("icloud.vcf").problems
    assert (problem.line, problem.field, problem.refused) == (14, "TEL", False)


def test_google() -> None:
    parsed = read("google.vcf")
    person, nameless = parsed.drafts
    assert not parsed.problems
    assert points(person, "phone", "fax") == [
        ("+34 600 555 201", "mobile"),
        ("+34 91 555 02 02", "work"),
        ("+34 91 555 02 03", "home"),
        ("+34 91 555 02 04", "GRAND_CENTRAL"),
        ("+34 91 555 02 05", ""),
    ]
    assert [address.street for address in person.addresses] == ["Calle del Sol 7\n28013 Madrid, España", "Avenida de América 10"]
    assert (person.addresses[1].label, person.addresses[1].extra) == ("Almacén", "2º B")
    assert person.note == "Entra por el patio.\nLlamar antes, siempre."
    assert person.birth_on == date(1980, 9, 22)
    assert person.categories == ("Lieferanten",)
    assert (nameless.name, nameless.kind) == ("nur-adresse@example.com", "person")


def test_outlook_in_windows_1252_with_quoted_printable() -> None:
    parsed = read("outlook.vcf")
    (person,) = parsed.drafts
    assert not parsed.problems
    assert (person.name, person.family_name, person.organisation) == ("Herr Günther K. Schröder jun.", "Schröder", "Röntgen & Söhne")
    assert numbers(person) == [
        f"+49{number}" for number in (*(f"911555300{n}" for n in (1, 2, 3)), "1715553004", *(f"911555300{n}" for n in (5, 6, 7)))
    ]
    assert points(person, "phone")[-1] == ("+49 (911) 555 3007", "company")
    work, home = person.addresses
    assert (work.street, work.extra, work.city, work.preferred) == ("Fürther Straße 10\nHof 2", "Gebäude 7", "Nürnberg", True)
    assert (home.street, home.postal_code) == ("Waldweg 1", "91052")
    assert person.note == (
        "Kommt montags; ruft vorher an.\nZweite Zeile mit = Zeichen und überlänge, die so lang ist, dass Outlook umbricht."
    )
    assert person.relations == (("spouse", "Inge Schröder"),)
    assert not person.extra
    assert person.photo is not None


def test_android_with_quoted_printable_and_its_own_properties() -> None:
    person, company = read("android.vcf").drafts
    assert (person.family_name, person.given_name) == ("Грушевский-Заболоцкий", "Константин")
    assert points(person, "phone", "fax") == [("+7-912-555-4001", "mobile"), ("+7-495-555-4002", "Дача"), ("+7-495-555-4003", "home")]
    assert person.addresses[0].street == "ул. Ленина, д. 5; кв. 7"
    assert person.note == "Говорит по-русски.\nПросит напомнить за день; звонить после 18:00."
    assert (person.nickname, person.relations, person.anniversaries) == (
        "Kostja",
        (("Schwester", "Olga"),),
        (("anniversary", "2001-09-01"),),
    )
    assert person.photo is not None
    assert points(company, "phone") == [("0800 5554010", "Werkstatt")]


def test_version_4() -> None:
    person, group, company = read("nextcloud_v4.vcf").drafts
    assert points(person, "phone", "fax") == [
        ("+81-3-5555-5001 ext. 12", "work"),
        ("+81-90-5555-5002", "mobile home"),
        ("+81 3 5555 5003", ""),
    ]
    preferred = [point.value for point in person.contact_points if point.preferred]
    assert preferred == ["+81-3-5555-5001 ext. 12", "a.tanaka@work.example", "xmpp:aiko@chat.example"]
    (address,) = person.addresses
    assert (address.street, address.city, address.country, address.country_code) == ("1-2-3 Ginza, 4F", "Chuo-ku", "日本", "JP")
    assert (person.name, person.additional_names) == ("Aiko Tanaka", "Hana Mei")
    assert ("FN ja", "田中 愛子") in person.extra
    assert person.note == "Spricht Deutsch.\nDie Adresse gilt ab Mai; vorher im Hotel.\n\nBirthday: --0203"
    assert person.relations == (("friend", "Bob"), ("contact", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))
    assert person.categories == ("Patientin", "Übersetzung, Japanisch")
    assert (group.kind, group.relations[0][0]) == ("organisation", "member")
    assert (company.kind, company.department, company.extra) == ("organisation", "Labor", (("LOGO", "https://nord.example/logo.svg"),))


def test_xml() -> None:
    person, company = read("xcard.xml").drafts
    assert (person.line, person.name, person.suffix, person.birth_on) == (3, "Renée Dubois", "Dr.", date(1980, 2, 3))
    assert numbers(person) == ["+33155558001", "+33655558002"]
    assert person.addresses[0].street == "5, rue Neuve; fond de cour"
    assert person.note == "Première ligne\nseconde ligne, avec virgule"
    assert person.categories == ("amis", "fournisseurs")
    assert (company.kind, company.department) == ("organisation", "Accueil")


def test_xml_with_a_document_type_is_refused() -> None:
    text = b"<vcard><fn><text>&a;</text></fn></vcard>"
    bomb = b'<!DOCTYPE v [<!ENTITY a "aaaa">]><vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0">' + text + b"</vcards>"
    parsed = read_xcards(bomb, region="DE")
    assert not parsed.drafts
    assert "document type" in parsed.problems[0].sentence


def test_a_damaged_file_loses_only_what_is_damaged() -> None:
    parsed = read("damaged.vcf")
    assert [(draft.line, draft.name) for draft in parsed.drafts] == [
        (1, "Erste Heile"),
        (7, "Zweite mit Bruch"),
        (18, "Dritte ohne Ende"),
        (22, "Nur N Vierte"),
        (32, "Sechste ohne Anfang"),
        (36, "Siebte mit Vertreter"),
        (40, "Achte Vertreterin"),
        (47, "Neunte"),
        (50, "Zehnte im Wert"),
    ]
    assert [numbers(draft)[0][-2:] for draft in parsed.drafts] == ["01", "02", "03", "04", "06", "07", "08", "09", "10"]
    assert [(problem.line, problem.field, problem.refused) for problem in parsed.problems] == [
        (10, "", False),
        (13, "", False),
        (14, "BDAY", False),
        (15, "EMAIL", False),
        (16, "PHOTO", False),
        (18, "END", False),
        (25, "TEL", False),
        (28, "", True),
        (30, "", True),
        (32, "BEGIN", False),
        (47, "END", False),
    ]
    broken = parsed.drafts[1]
    for text in ("this line is nothing at all", "angefangen", "und ohne Faltung weiter", "Birthday: 2001-02-31"):
        assert text in broken.note
    assert points(broken, "email") == [("keine adresse", "")]
    assert parsed.drafts[5].relations == (("agent", "Achte Vertreterin"),)
    assert parsed.drafts[7].relations == (("agent", "Zehnte im Wert"),)


def test_encodings_may_change_from_card_to_card() -> None:
    drafts = read("mixed_encodings.vcf").drafts
    assert [draft.name for draft in drafts] == ["Jörg Über", "Käthe Weiß", "Иван", "Folded Müller", "田中"]
    assert [draft.note for draft in drafts[:2]] == ["Grüße aus Zürich", "schließt früh"]


def test_utf_16() -> None:
    (person,) = read("windows_utf16.vcf").drafts
    assert (person.name, person.addresses[0].city, person.note) == ("Łukasz Żółć", "Gdańsk", "Zęby\nmądrości")


def test_an_indented_card() -> None:
    (person,) = read("indented.vcf").drafts
    assert (person.name, person.note, numbers(person)) == ("Eingerueckte Karte", "lang und gefaltet", ["+491705557001"])


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\r\n"])
def test_line_ends(ending: str) -> None:
    text = ending.join(("BEGIN:VCARD", "VERSION:3.0", "FN:Anna", " Maria", "TEL:1", "END:VCARD"))
    (person,) = read_vcards(text.encode(), region="DE").drafts
    assert (person.name, len(person.contact_points)) == ("AnnaMaria" if ending != "\r\r\n" else "Anna", 1)


def test_folding_with_a_tab_and_over_an_empty_line() -> None:
    assert card("NOTE:one\r\n\ttwo\r\n  three", "FN:x").note == "onetwo three"


def test_version_2_1_keeps_the_white_space_of_a_fold() -> None:
    assert card("FN:x", "NOTE:one\r\n two", version="2.1").note == "one two"


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("TEL;CELL;PREF:0171 1234567", "phone", "mobile"),
        ("TEL;TYPE=CELL,WORK:0171 1234567", "phone", "mobile work"),
        ('TEL;TYPE="home,video":0171 1234567', "phone", "home video"),
        ("tel;type=fax;type=work:0171 1234567", "fax", "work"),
        ("a.TEL;VALUE=uri:tel:+49-171-1234567", "phone", ""),
        ("TEL:sip:anna@example.com", "im", ""),
        ("X-MS-TEL;CAR:0171 1234567", "phone", "car"),
    ],
)
def test_kinds_and_labels_of_numbers(line: str, kind: str, label: str) -> None:
    (point,) = card(line).contact_points
    assert (point.kind, point.label) == (kind, label)


@pytest.mark.parametrize(
    ("lines", "name", "kind"),
    [
        (("N:Meier;Anna;;Dr.;M.A.",), "Dr. Anna Meier, M.A.", "person"),
        (("FN:Meier AG", "ORG:Meier AG"), "Meier AG", "organisation"),
        (("FN:Meier AG", "N:Meier AG;;;;", "ORG:Meier AG"), "Meier AG", "organisation"),
        (("ORG:Meier AG;Einkauf",), "Meier AG", "organisation"),
        (("FN:Anna", "ORG:Meier AG"), "Anna", "person"),
        (("KIND:org", "FN:Anna"), "Anna", "organisation"),
        (("EMAIL:a@b.example", "TEL:1"), "a@b.example", "person"),
        (("TEL:089 1",), "089 1", "person"),
        (("ADR:;;Weg 1;Ort;;1;",), "Weg 1, 1, Ort", "person"),
        (("NOTE:nur das",), "nur das", "person"),
    ],
)
def test_every_card_that_says_anything_has_a_name(lines: tuple[str, ...], name: str, kind: str) -> None:
    draft = card(*lines)
    assert (draft.name, draft.kind) == (name, kind)


def test_a_second_value_is_kept_beside_the_first() -> None:
    draft = card(
        "FN:Anna", "FN:Anna M.", "TITLE:A", "TITLE:B", "BDAY:1980-01-02", "BDAY:1980-01-02T00:00:00Z", "X-ABC;TYPE=home:c", "GEO:1;2"
    )
    assert (draft.name, draft.title, draft.birth_on) == ("Anna", "A", date(1980, 1, 2))
    assert draft.extra == (("FN", "Anna M."), ("TITLE", "B"), ("X-ABC home", "c"), ("GEO", "1;2"))


def test_one_number_under_two_labels_stands_once() -> None:
    draft = card("FN:x", "TEL;CELL:089 123456", "TEL;WORK;PREF:089 123456", "TEL;HOME;PREF:089 1234567")
    assert points(draft, "phone") == [("089 123456", "mobile, work"), ("089 1234567", "home")]
    assert [point.preferred for point in draft.contact_points] == [True, False]


def test_an_address_keeps_what_stands_beyond_its_seven_parts() -> None:
    (address,) = card("FN:x", "ADR:Postfach 1;Haus B;Weg 1;Ort;Land;12345;Deutschland;room;7").addresses
    assert (address.po_box, address.extra, address.street, address.country_code) == ("Postfach 1", "Haus B, room, 7", "Weg 1", "DE")


def test_a_label_without_an_address_is_the_address() -> None:
    (address,) = card("FN:x", "LABEL;TYPE=HOME:Weg 1\\n12345 Ort").addresses
    assert (address.label, address.street) == ("home", "Weg 1\n12345 Ort")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("PHOTO;ENCODING=b:PHN2Zz48c2NyaXB0Lz48L3N2Zz4=", "kind"),
        ("PHOTO;ENCODING=b:!!!", "damaged"),
        (f"PHOTO;ENCODING=b:{'A' * 7_100_000}", "larger"),
        ("SOUND;ENCODING=b:AAAA", "no text"),
        (f"NOTE:{'x' * 70_000}", "64 kB"),
    ],
)
def test_what_is_left_out_is_said(line: str, word: str) -> None:
    parsed = read_vcards(f"BEGIN:VCARD\nFN:x\n{line}\nTEL:1\nEND:VCARD".encode(), region="DE")
    assert word in parsed.problems[0].sentence
    assert parsed.problems[0].line == 3
    assert parsed.drafts[0].photo is None
    assert len(parsed.drafts[0].contact_points) == 1


def test_a_photo_is_never_fetched() -> None:
    assert card("FN:x", "PHOTO;VALUE=uri:http://169.254.169.254/x").extra == (("PHOTO", "http://169.254.169.254/x"),)


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("a.csv", b"BEGIN:VCARD\n", "vcard"),
        ("a.vcf", b"VERSION:3.0\nFN:x", "vcard"),
        ("a.csv", b"Name;Phone\n", "csv"),
        ("", b"Name,Phone\n", "csv"),
        ("x.xml", b'<vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0">', "xcard"),
        ("x.xml", b"<kontakte>", "unknown"),
        ("a.csv", b"PK\x03\x04", "unknown"),
        ("a.csv", b"", "unknown"),
        ("a", b"just words", "unknown"),
    ],
)
def test_detect(name: str, head: bytes, found: str) -> None:
    assert detect(head, name) == found


@pytest.mark.parametrize("data", [b"just words", b"PK\x03\x04", b"", b"<html>", b"{}"])
def test_what_is_no_contact_file_gives_one_sentence(data: bytes) -> None:
    parsed = read_contacts(data, region="DE")
    assert not parsed.drafts
    assert [(problem.line, problem.refused) for problem in parsed.problems] == [(1, True)]
