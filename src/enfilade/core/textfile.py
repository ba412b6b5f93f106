"""Text files from outside: their size, their encoding, their invisible characters, and what is said of a faulty place.

Every importer begins here. Nothing in this file raises, whatever the input; a reader that drops something says so in a `Problem`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import IO

BYTES_MAX = 20 * 1024 * 1024
LINES_MAX = 1_000_000
PROBLEMS_MAX = 1_000
MARKS_IN_A_ROW_MAX = 30
# Enough of a file or a line to tell its encoding by.
_SAMPLE = 4_096
# Up to here composing is cheap, whatever the text.
_SHORT = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """A place in a file that a person should look at.

    line: physical line of the file, counted from 1.
    field: the column or property as the file calls it, empty where the whole record is meant.
    refused: the record (or, on line 1, the file) was not taken; otherwise it was taken and the sentence says what was changed.
    """

    line: int
    field: str
    sentence: str
    refused: bool = False

    def __post_init__(self) -> None:
        """Both quote the file: what can't be seen, and what no database takes, stays out."""
        object.__setattr__(self, "field", clean(self.field)[0])
        object.__setattr__(self, "sentence", clean(self.sentence)[0])


class Problems:
    """Collects problems; from a thousand on it only counts them, so that a file full of faults stays small."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._more: list[Problem] = []
        self._surplus = 0

    def add(self, line: int, field: str, sentence: str, *, refused: bool = False) -> None:
        if len(self._kept) < PROBLEMS_MAX:
            self._kept.append(Problem(line, field, sentence, refused))
            return
        self._surplus += 1
        refused = refused or any(problem.refused for problem in self._more)
        first = self._more[0].line if self._more else line
        self._more = [Problem(first, "", f"{self._surplus} more places like these follow.", refused)]

    def listed(self) -> tuple[Problem, ...]:
        """All that were kept, by line, and one that counts the rest."""
        return (*sorted(self._kept, key=lambda problem: problem.line), *self._more)


def take(stream: IO[bytes], bytes_max: int = BYTES_MAX) -> bytes:
    """Read a stream, at most one byte more than allowed, so that the reader refuses it and the memory stays bounded."""
    return stream.read(bytes_max + 1)


_OTHER_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or a zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database file"),
)


def refusal(data: bytes, wanted: str) -> Problem | None:
    """Why these bytes cannot be read as text at all, or None.

    wanted: what should have come, with its article ("a CSV file").
    """
    if len(data) > BYTES_MAX:
        return Problem(1, "", f"The file is larger than {BYTES_MAX // 1024 // 1024} MB. Split it into smaller ones.", refused=True)
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        return Problem(1, "", "The file is empty.", refused=True)
    for signature, name in _OTHER_KINDS:
        if data.startswith(signature):
            return Problem(1, "", f"This is {name}, not {wanted}.", refused=True)
    if data.count(b"\n") + data.count(b"\r") > 2 * LINES_MAX:
        return Problem(1, "", f"The file has more than {LINES_MAX} lines. Split it into smaller ones.", refused=True)
    if data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html")):
        return Problem(1, "", f"This is a web page, not {wanted}. Perhaps the sign-in page was saved instead of the export.", refused=True)
    return None


_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

# Without a mark of its own a file of Windows is in the code page of the country where it was written.
_CODE_PAGES = {
    "cp1250": "AL BA CZ HR HU ME PL RO RS SI SK",
    "cp1251": "BG BY KG KZ MK RU UA",
    "cp1253": "CY GR",
    "cp1254": "AZ TR",
    "cp1255": "IL",
    "cp1256": "AE BH DZ EG IQ IR JO KW LB LY MA OM PK QA SA SY TN YE",
    "cp1257": "EE LT LV",
    "cp1258": "VN",
    "cp874": "TH",
    "cp932": "JP",
    "cp936": "CN SG",
    "cp949": "KR",
    "cp950": "HK MO TW",
}
_PAGE_OF = {country: page for page, countries in _CODE_PAGES.items() for country in countries.split()}


def code_page(region: str) -> str:
    """The encoding that Windows programs of a country write where they do not write Unicode.

    region: ISO 3166-1 alpha-2; any other value means Western Europe.
    """
    return _PAGE_OF.get(region.upper(), "cp1252")


def decode(data: bytes) -> str:
    """The text of a file. Bytes that are not UTF-8 stay in it as lone surrogates, for `repair` to settle line by line."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    sample = data[:_SAMPLE]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) / 2
    if max(even, odd) > half * 0.4 and min(even, odd) < half * 0.1:
        return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    return data.decode("utf-8", "surrogateescape")


def decode_as(data: bytes, encoding: str) -> str:
    """The text of a file in an encoding that a person named; what it does not have becomes a question mark in a box."""
    for mark, of_mark in _BYTE_ORDER_MARKS:
        if data.startswith(mark) and encoding.replace("_", "-").startswith(of_mark[:6]):
            data, encoding = data[len(mark) :], of_mark
            break
    return data.decode(encoding, "replace")


def encoding_of(data: bytes, page: str = "cp1252") -> str:
    """The name of the encoding that `decode` and `repair` read a file in, for people to see and to correct."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) / 2
    if max(even, odd) > half * 0.4 and min(even, odd) < half * 0.1:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return page
    return "utf-8"


_UNDECODED = re.compile("[\udc80-\udcff]")
_FOREIGN = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def repair(text: str, *, page: str = "cp1252", charset: str = "") -> str:
    """Settle the undecoded bytes of one line: as its declared charset, as UTF-8, as the surrogate pairs of Java, or as the code page.

    page, charset: names that Python knows; charset is empty where the file declares none.
    Why: files joined from several sources mix encodings, so a wrong byte must not turn the rest of the file into other letters.
    """
    if text.isascii() or not _UNDECODED.search(text):
        return text
    raw = text.encode("utf-8", "surrogateescape" if not _FOREIGN.search(text) else "replace")
    for name in filter(None, (charset, "utf-8")):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    try:
        return raw.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeDecodeError:
        sample = text[:_SAMPLE]
        mostly_utf8 = sum(not letter.isascii() for letter in sample) > 2 * len(_UNDECODED.findall(sample))
        return raw.decode("utf-8" if mostly_utf8 else page, "replace")


_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060-\u206f\u202a-\u202e\ufeff\ufff9-\ufffb\ud800-\udfff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def clean(text: str) -> tuple[str, bool]:
    """One value as it is kept: composed (NFC), lines ended by a line feed, without what cannot be seen; and whether anything was taken out.

    Joiners stay, since Persian, Indic scripts and emoji need them; direction marks stay beside letters that run from right to left.
    Why: in a long text more marks on one letter than UAX 15 allows (30) are cut, since composing them is quadratic, seconds for one field.
    """
    if text.isascii() and text.isprintable():
        return text, False
    whole = _LINE_ENDS.sub("\n", text)
    kept = _UNSEEN.sub("", whole)
    if not _RIGHT_TO_LEFT.search(kept):
        kept = _DIRECTION.sub("", kept)
    if len(kept) > _SHORT and not kept.isascii():
        kept = _without_heaped_marks(kept)
    return unicodedata.normalize("NFC", kept), len(kept) != len(whole)


def _without_heaped_marks(text: str) -> str:
    """The text with at most 30 combining marks on one letter."""
    kept, heap = [], 0
    for letter in text:
        heap = heap + 1 if unicodedata.combining(letter) else 0
        if heap <= MARKS_IN_A_ROW_MAX:
            kept.append(letter)
    return "".join(kept)
