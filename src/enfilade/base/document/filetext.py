"""The text of a file that somebody gave, read in a process of its own (core.apart).

PDF is read by PDFium. Of the office formats, which are zip files of XML, only the parts that hold text are unpacked, against a limit;
one that declares a document type is refused, so there are no entities. Pictures have no text: nothing here guesses letters.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import IO, Any
from xml.parsers import expat

from enfilade.core.apart import answer, read_apart
from enfilade.core.textfile import clean, decode, repair

CHARACTERS_MAX = 200_000
PAGES_MAX = 2_000
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
MEMORY_MAX_BYTES = 512 * 1024 * 1024
SECONDS_MAX = 20

BROKEN = "This file is damaged; nothing of it was read."
LOCKED = "This file is locked with a password; nothing of it was read."
TOO_MUCH = "This file unpacks to more than a document may; nothing of it was read."
TOO_LONG = "This file takes more memory or time than a document may; nothing of it was read."
OTHER = "No text is read from files of this kind."
NO_TEXT = "There is no text in it; perhaps it is a picture of a page."

# What holds the text in an office format, by the name of the part, in the order of reading.
_PARTS = re.compile(r"word/(document|footnotes|endnotes)\.xml|content\.xml|xl/sharedStrings\.xml|ppt/slides/slide[0-9]{1,5}\.xml")
# Elements (without their namespace) after which a word ends; letters stand in `t` (OOXML), or anywhere in the body (OpenDocument).
_ENDS = {"p", "h", "si", "tab", "br", "line-break", "s", "tc", "table-cell"}
_BLOCKS = re.compile(r"address|article|br|d[dtl]|div|footer|form|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|t[dhr]|table")
_UNREAD = {"script", "style", "template", "noscript"}
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n\s*\n+")
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its text, or a sentence why there is none. is_cut: it says more than is kept."""

    text: str = ""
    fault: str = ""
    is_cut: bool = False


class _Fault(Exception):
    """Why nothing is read; the sentence for people."""


class _Enough(Exception):
    """As much was read as is kept."""


def read_text(data: bytes) -> Reading:
    """The text of a file, by its content and not by its name. Never raises, whatever the bytes."""
    found = read_apart("enfilade.base.document.filetext", data, SECONDS_MAX)
    return Reading(**found) if found else Reading(fault=TOO_LONG)


class _Text:
    """Text as it is gathered, up to what is kept."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = CHARACTERS_MAX

    def add(self, text: str) -> None:
        """Raises _Enough when no more is kept."""
        self.parts.append(text[: self.left])
        self.left -= len(text)
        if self.left < 0:
            raise _Enough


def _read(data: bytes) -> Reading:
    """What the process answers."""
    text, is_cut = _Text(), False
    try:
        _reader_of(data)(data, text)
    except _Enough:
        is_cut = True
    except _Fault as no:
        return Reading(fault=str(no))
    whole, _ = clean("".join(text.parts))
    tidy = _LINES.sub("\n\n", _BLANKS.sub(" ", whole)).strip()
    return Reading(tidy, "", is_cut) if tidy else Reading(fault=NO_TEXT)


def _reader_of(data: bytes) -> Any:
    if b"%PDF-" in data[:1024]:
        return _read_pdf
    if data.startswith(b"PK"):
        return _read_office
    start = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _read_html
    return _read_plain


def _read_pdf(data: bytes, text: _Text) -> None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _Fault(LOCKED if "password" in str(error).lower() else BROKEN) from error
    for at in range(min(len(document), PAGES_MAX)):
        try:
            page = document[at]
        except pypdfium2.PdfiumError:
            # One page that is no page does not cost the others.
            continue
        written = page.get_textpage()
        text.add(written.get_text_bounded().replace("\ufffe", ""))
        text.add("\n")
        written.close()
        page.close()


def _read_office(data: bytes, text: _Text) -> None:
    left = UNPACKED_MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [entry for entry in archive.infolist() if _PARTS.fullmatch(entry.filename)]
            if not parts:
                raise _Fault(OTHER)
            for entry in sorted(parts, key=lambda one: (len(one.filename), one.filename)):
                if entry.flag_bits & 1:
                    raise _Fault(LOCKED)
                with archive.open(entry) as content:
                    left = _read_xml(content, text, left)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _Fault(BROKEN) from error


def _read_xml(content: IO[bytes], text: _Text, left: int) -> int:
    """Gather the letters of one part; how many bytes may still be unpacked."""
    parser, state = expat.ParserCreate(namespace_separator=" "), {"in": 0, "office": False}

    def begin(name: str, _attributes: Any) -> None:
        space, _, short = name.rpartition(" ")
        if "opendocument" in space and short == "body":
            state["office"] = True
        elif short == "t" and "openxmlformats" in space:
            state["in"] += 1

    def end(name: str) -> None:
        space, _, short = name.rpartition(" ")
        if short == "t" and "openxmlformats" in space:
            state["in"] -= 1
        elif short in _ENDS:
            text.add("\n" if short in {"p", "h", "si"} else " ")

    def letters(some: str) -> None:
        if state["in"] or state["office"]:
            text.add(some)

    def refuse(*_: Any) -> None:
        raise _Fault(BROKEN)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, letters
    parser.StartDoctypeDeclHandler = refuse
    while part := content.read(_CHUNK):
        left -= len(part)
        if left < 0:
            raise _Fault(TOO_MUCH)
        parser.Parse(part, False)
    parser.Parse(b"", True)
    return left


class _Page(HTMLParser):
    """The letters of a web page that a person would see."""

    def __init__(self, text: _Text) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.unread = text, 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        del attrs
        self.unread += tag in _UNREAD
        if _BLOCKS.fullmatch(tag):
            self.text.add("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unread = max(0, self.unread - (tag in _UNREAD))
        if _BLOCKS.fullmatch(tag):
            self.text.add("\n")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.text.add(data)


def _read_html(data: bytes, text: _Text) -> None:
    page = _Page(text)
    page.feed(_letters(data))
    page.close()


def _read_plain(data: bytes, text: _Text) -> None:
    found = _letters(data[: 4 * CHARACTERS_MAX])
    sample = found[:4096]
    odd = sum(not letter.isprintable() and letter not in "\r\n\t\f" for letter in sample)
    if odd > len(sample) / 100:
        raise _Fault(OTHER)
    text.add(found)
    if len(data) > 4 * CHARACTERS_MAX:
        raise _Enough


def _letters(data: bytes) -> str:
    return "\n".join(repair(line) for line in decode(data).split("\n"))


if __name__ == "__main__":
    answer(lambda data: asdict(_read(data)), MEMORY_MAX_BYTES, SECONDS_MAX)
