"""Whatever a file holds, the readers give drafts within their limits and sentences; they never raise and never hang."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.base.party.formats import Parsed, detect, read_contacts, read_contacts_csv, read_vcards, read_xcards
from enfilade.base.party.formats.builder import NAME_CHARS_MAX, VALUE_CHARS_MAX, VALUES_MAX
from enfilade.base.party.formats.text import PHOTO_BYTES_MAX, country_code, normalise_phone, read_day, read_email, read_phone, read_photo
from enfilade.core.textfile import PROBLEMS_MAX

SEEDS = [path for path in sorted((Path(__file__).parent / "files").iterdir()) if path.suffix in (".vcf", ".csv", ".tsv", ".xml")]
READERS = (read_vcards, read_contacts_csv, read_xcards)
PIECES = (
    *(
        b"BEGIN:VCARD\r\n",
        b"END:VCARD\r\n",
        b"VERSION:2.1\r\n",
        b"AGENT:\r\n",
        b"AGENT:BEGIN:VCARD\\nFN:x",
        b"item1.",
        b"TEL;",
        b"=\r\n",
        b"\r\n ",
        b"\n\t",
    ),
    *(
        b'"',
        b'""',
        b";",
        b",",
        b":",
        b"\\",
        b"^n",
        b"=C3=",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\xbd",
        b"\xc3",
        b"\xe2\x80\xae",
        b"\xef\xbb\xbf",
        b" ::: ",
    ),
    *(
        b";ENCODING=QUOTED-PRINTABLE:",
        b";ENCODING=b:",
        b";CHARSET=utf-7:",
        b";CHARSET=idna:",
        b"PHOTO:data:;base64,",
        b"a" * 5000,
        b"\xcc\x81" * 2000,
    ),
    *(b"<", b"</vcard>", b"<vcard>", b"&amp;", b"<!DOCTYPE x>", b"<![CDATA[", b"9" * 400, b"\r", b"sep=x\n"),
)


def hold(parsed: Parsed) -> None:
    """What every answer of a reader keeps to."""
    assert parsed.drafts or parsed.problems
    assert len(parsed.problems) <= 2 * PROBLEMS_MAX + 3
    for problem in parsed.problems:
        assert problem.line >= 1
        assert problem.sentence[-1] == "."
        assert "could not be read (" not in problem.sentence, "a fault of ours, caught by the wrapper"
    for draft in parsed.drafts:
        assert draft.kind in ("person", "organisation")
        assert 0 < len(draft.name) <= NAME_CHARS_MAX
        assert draft.line >= 1
        assert len(draft.contact_points) + len(draft.addresses) + len(draft.extra) <= 2 * VALUES_MAX
        assert len({(point.kind, point.value) for point in draft.contact_points}) == len(draft.contact_points)
        preferred = [point.kind for point in draft.contact_points if point.preferred]
        assert len(preferred) == len(set(preferred))
        assert sum(address.preferred for address in draft.addresses) <= 1
        assert draft.photo is None or len(draft.photo.content) <= PHOTO_BYTES_MAX
        for text in (draft.name, draft.note, *(point.value for point in draft.contact_points), *(value for _, value in draft.extra)):
            assert text or text is draft.note
            or_less = VALUES_MAX * VALUE_CHARS_MAX if text is draft.note else VALUE_CHARS_MAX + 20
            assert len(text) <= or_less
            assert "\x00" not in text
            text.encode()


def mutated(chance: random.Random, data: bytes) -> bytes:
    """A file with one to eight faults: bytes changed, pieces cut, doubled, moved or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, to = sorted((chance.randrange(len(changed) + 1), chance.randrange(len(changed) + 1)))
        to = min(to, at + 300)
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at:to]
            case 2:
                changed[at:at] = changed[at:to]
            case 3:
                changed[at:at] = chance.choice(PIECES)
            case 4:
                changed[at:at] = chance.choice(SEEDS).read_bytes()[:200]
            case _:
                changed = changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.1 else changed
    return bytes(changed)


@pytest.mark.parametrize("seed", range(4))
def test_two_thousand_mutations_end_in_drafts_and_sentences(seed: int) -> None:
    chance, slowest = random.Random(seed), 0.0
    files = [path.read_bytes() for path in SEEDS]
    for _ in range(500):
        data = mutated(chance, chance.choice(files))
        started = time.process_time()
        hold(read_contacts(data, region=chance.choice(("DE", "US", "JP", ""))))
        slowest = max(slowest, time.process_time() - started)
    assert slowest < 2


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=150, deadline=None)
@given(data=st.lists(st.sampled_from(PIECES) | st.binary(max_size=30), max_size=30).map(b"".join))
def test_any_mixture_of_pieces(reader: object, data: bytes) -> None:
    hold(reader(data, region="DE"))  # type: ignore[operator]
    detect(data)


SAFE = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], exclude_characters="\ufffd"), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "x"
)


@settings(deadline=None)
@given(names=st.tuples(SAFE, SAFE), note=st.lists(SAFE, min_size=1, max_size=4), street=SAFE, city=SAFE)
def test_what_is_written_by_the_rules_of_vcard_is_read(names: tuple[str, str], note: list[str], street: str, city: str) -> None:
    import unicodedata

    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")

    family, given_name = names
    lines = [
        f"N:{escaped(family)};{escaped(given_name)};;;",
        f"NOTE:{escaped(chr(10).join(note))}",
        f"ADR:;;{escaped(street)};{escaped(city)};;;",
    ]
    folded = "\r\n".join("\r\n ".join(line[at : at + 20] for at in range(0, len(line), 20)) for line in lines)
    (draft,) = read_vcards(f"BEGIN:VCARD\r\nVERSION:3.0\r\n{folded}\r\nEND:VCARD\r\n".encode(), region="DE").drafts

    def kept(text: str) -> str:
        return unicodedata.normalize("NFC", text).strip()

    assert draft.note == kept("\n".join(note))
    assert (draft.addresses[0].street, draft.addresses[0].city) == (kept(street), kept(city))


@given(st.text(max_size=60))
def test_the_readers_of_values_take_any_text(text: str) -> None:
    normalise_phone(read_phone(text), "DE")
    read_email(text)
    country_code(text)
    read_day(text, "US")
    read_photo(text)


BOMBS = {
    "a card of 20,000 telephones": b"BEGIN:VCARD\nFN:x\n" + b"".join(b"TEL:%d\n" % n for n in range(20_000)) + b"END:VCARD",
    "a note of 20,000 lines": b"BEGIN:VCARD\nFN:x\nNOTE:" + b"\n more" * 20_000 + b"\nEND:VCARD",
    "a picture of 100,000 lines": b"BEGIN:VCARD\nFN:x\nPHOTO;ENCODING=b:/9j/" + b"\n " + b"\n AAAA" * 100_000 + b"\nEND:VCARD",
    "30,000 cards that begin and never end": b"BEGIN:VCARD\n" * 30_000,
    "30,000 cards that end and never begin": b"END:VCARD\n" * 30_000,
    "one line of 10 MB": b"BEGIN:VCARD\nFN:" + b"x" * 10_000_000,
    "10 MB of blanks before BEGIN": b" " * 10_000_000 + b"BEGIN:VCARD",
    "10 MB of quotation marks": b"BEGIN:VCARD\nTEL;X=" + b'";' * 5_000_000 + b":1\nEND:VCARD",
    "10 MB of backslashes": b"BEGIN:VCARD\nFN:x\nNOTE:" + b"\\" * 60_000 + b"\nADR:" + b"\\;" * 30_000 + b"\nEND:VCARD",
    "a million semicolons in an address": b"BEGIN:VCARD\nFN:x\nADR:" + b";" * 1_000_000 + b"\nEND:VCARD",
    "a million categories": b"BEGIN:VCARD\nFN:x\nCATEGORIES:" + b"a,b," * 250_000 + b"\nEND:VCARD",
    "100,000 types": b"BEGIN:VCARD\nTEL;TYPE=" + b"a," * 2_000 + b":1\nEND:VCARD",
    "lines that are no properties": b"BEGIN:VCARD\nFN:x\n" + b"words and words\n" * 100_000 + b"END:VCARD",
    "soft breaks without end": b"BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" + b"=\n" * 100_000 + b"END:VCARD",
    "agents inside agents": b"BEGIN:VCARD\nFN:a\nAGENT:\n" * 5_000 + b"END:VCARD\n" * 5_000,
    "heaped marks": b"BEGIN:VCARD\nFN:x\nNOTE:a" + "\u0301\u0323".encode() * 30_000 + b"\nEND:VCARD",
    "a million columns": b"Name" + b",Name" * 1_000_000 + b"\n" + b"x," * 1_000_000,
    "100,000 rows of one letter": b"Name\n" + b"x\n" * 100_000,
    "500 telephones a row": b",".join(b"Phone %d" % (n % 10) for n in range(500))
    + b"\n"
    + (b",".join(b"%d" % (n + 10**8) for n in range(500)) + b"\n") * 20,
    "cells of many values": b"Name,Phone,Categories,E-mail\n"
    b'x,"' + b"12345; " * 9_000 + b'","' + b"a;" * 30_000 + b'","' + b"a@b;" * 15_000 + b'"\n',
    "google cells of many values": b"Name,Address 1 - Street,Address 1 - City\nx," + b"a ::: " * 10_000 + b"," + b"b ::: " * 10_000 + b"\n",
    "deep XML": b'<vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0">' + b"<vcard>" * 100_000,
    "long XML": b'<vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0"><vcard>'
    + b"<note><text>x</text></note>" * 100_000
    + b"</vcard></vcards>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_bounded_in_time(name: str) -> None:
    started = time.process_time()
    hold(read_contacts(BOMBS[name], region="DE"))
    assert time.process_time() - started < 10


def test_two_hundred_records_survive_one_broken_between_them() -> None:
    cards = [f"BEGIN:VCARD\nVERSION:3.0\nFN:N{at}\nTEL:089 {100000 + at}\nEND:VCARD\n".encode() for at in range(200)]
    cards[77] = b"BEGIN:VCARD\nVERSION:3.0\nFN\x00\xff;;;=:\nTEL\nEND:VCARD\n"
    parsed = read_vcards(b"".join(cards), region="DE")
    assert len({draft.name for draft in parsed.drafts} & {f"N{at}" for at in range(200)}) == 199
    assert {problem.line for problem in parsed.problems} <= set(range(77 * 5 + 1, 78 * 5 + 1))
