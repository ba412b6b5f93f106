"""What others published (../shared/samples; skipped, counted, where that is absent): valid, broken, inside PDFs, and mutated."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from enfilade.back.einvoice.formats import official, tree
from enfilade.back.einvoice.formats.reading import Seen, judged, look
from enfilade.back.einvoice.formats.tree import Unreadable
from enfilade.back.einvoice.showing import shown

SAMPLES = Path(__file__).resolve().parents[6] / "shared" / "samples"
HERE = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no public samples beside the repository")
TEST_SET = "{http://difi.no/xsd/vefa/validator/1.0}"
# What is wrong with published files that are not meant to be right, or not to be EN 16931: rule ids, "" for the schema.
BROKEN = {
    "ZUGFeRD__Extended_fremdwaehrung.xml": {""},
    "ZUGFeRD__invalidV2Profile.xml": {""},
    "ZUGFeRD__invalidXRV30_BR-DEC-23.xml": {"BR-DEC-23"},
    "ZUGFeRD__roundingDifferenceIsInTolerance.xml": set(),
    "ZUGFeRD__ubl-creditnote.xml": {""},
    "ZUGFeRD__valid_with_VAT_O.xml": {"BR-CO-26", ""},
}
MUTATIONS = 400


def read(path: Path) -> Seen:
    """A file as it is taken, in this process."""
    answered = look(path.read_bytes())
    if "no" in answered:
        raise Unreadable(answered["no"])
    return judged(answered)


def published(*folders: str, ending: str = ".xml") -> Iterator[Path]:
    """Files of these folders."""
    for folder in folders:
        yield from (p for p in sorted((SAMPLES / folder).glob("*")) if p.suffix.lower() == ending)


@HERE
def test_what_is_published_as_valid_is_valid_and_shown() -> None:
    """UBL and CII, invoices and credit notes, of the Commission, of Peppol and of KoSIT: each keeps every rule and can be shown."""
    files = list(published("10_einvoice_valid"))
    assert len(files) >= 13
    for path in files:
        seen = read(path)
        assert seen.broken == [], path.name
        said = shown(seen.terms, seen.text("BT-5"))
        assert said["parties"][0]["lines"], path.name
        assert said["lines"] or "-sub" in path.name, path.name
        assert Decimal(seen.text("BT-112")) == seen.amount("BT-112")


@HERE
def test_what_breaks_a_rule_is_told_by_its_number() -> None:
    """The unit tests of the Commission: each says of a fragment which rule it keeps and which it breaks."""
    told = 0
    for path in published("11_einvoice_rules"):
        root = tree.read(path.read_bytes())
        for case in root.iter(f"{TEST_SET}test"):
            document = next((n for n in case if etree.QName(n).localname in {"Invoice", "CreditNote"}), None)
            if document is None:
                continue
            broken = {b.rule for b in official.against_rules(document, official.RULES[etree.QName(document).localname], as_european=False)}
            for said in case.iter(f"{TEST_SET}success", f"{TEST_SET}error"):
                rule, wanted = said.text, said.tag.endswith("error")
                assert (rule in broken) == wanted, f"{path.name} line {said.sourceline}: {rule}"
                told += 1
    assert told >= 50


@HERE
def test_published_files_that_are_not_right_say_why() -> None:
    """Each by the rules that it breaks; ZUGFeRD 1.0 in a sentence."""
    for path in published("13_einvoice_more"):
        if path.name == "ZUGFeRD__validV1.xml":
            with pytest.raises(Unreadable, match=r"ZUGFeRD 1\.0"):
                read(path)
            continue
        assert {b.rule for b in read(path).broken if not b.warning} == BROKEN[path.name], path.name


@HERE
def test_pdfs_that_carry_an_invoice_are_read() -> None:
    """Factur-X and ZUGFeRD 2; what carries none, or an older one, says so."""
    seen, refused = {}, {}
    for path in published("12_facturx_pdf", ending=".pdf"):
        try:
            seen[path.name] = read(path)
        except Unreadable as no:
            refused[path.name] = str(no)
    assert len(seen) + len(refused) == 7
    assert seen["ZUGFeRD__EN16931_Einfach.pdf"].broken == []
    assert all(s.text("BT-1") and s.text("name", "BG-4") for s in seen.values())
    assert all(re.match(r"This .*\.$", sentence) for sentence in refused.values())


@HERE
def test_no_mutation_of_a_published_file_is_a_crash() -> None:
    """Bytes flipped, cut, doubled, tags and figures changed: an invoice or a sentence, and never more than the terms can show."""
    chance = random.Random(16931)
    seeds = [p.read_bytes() for p in (*published("10_einvoice_valid", "13_einvoice_more"), *published("12_facturx_pdf", ending=".pdf"))]
    understood = 0
    for _ in range(MUTATIONS):
        answered = look(mutated(chance, chance.choice(seeds)))
        if "no" in answered:
            assert re.match(r"This .*[.…]?", answered["no"])
            continue
        understood += 1
        seen = Seen(answered["xml"].encode(), answered["syntax"], answered["specification"], answered["terms"], [])
        shown(seen.terms, seen.text("BT-5"))
        for read_term, term in ((seen.amount, "BT-112"), (seen.amount, "BT-115"), (seen.day, "BT-2"), (seen.day, "BT-9")):
            with suppress(Unreadable):
                read_term(term)
    assert understood > MUTATIONS // 10


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A file with one to five faults."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(found) or 1)
        kind = chance.randrange(6)
        if kind == 0 and found:
            found[at] = chance.randrange(256)
        elif kind == 1:
            del found[at : at + chance.randrange(1, 40)]
        elif kind == 2:
            found[at:at] = found[at : at + chance.randrange(1, 400)]
        elif kind == 3:
            found[at:at] = chance.choice((b"<a>", b"&x;", b"</", b"NaN", b"1e999", b"-", b"\x00", b"99999999999999999999"))
        elif kind == 4:
            digits = [m.start() for m in re.finditer(rb"\d", bytes(found[at : at + 2_000]))]
            if digits:
                found[at + chance.choice(digits)] = chance.choice(b"0123456789.-eE")
        else:
            found = found[:at] if chance.random() < 0.1 else found
    return bytes(found)


def test_the_kinds_of_rules_are_there() -> None:
    """Each file of rules that is named is in the package, for every profile."""
    paths: list[Any] = [*official.RULES.values(), *official.SCHEMAS.values()]
    assert all(path.is_file() for path in paths)
    for profile in official.PROFILES:
        assert official.of_profile(profile, "*.xsd").is_file()
        assert official.of_profile(profile, "*.xsl*").is_file()
