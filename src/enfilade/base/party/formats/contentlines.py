"""Content lines of vCard 2.1, 3.0 and 4.0: names, parameters, charsets, encodings and escapes.

Source: RFC 2425, 2426, 6350 section 3, 6868; "vCard, the electronic business card", version 2.1 (versit, 1996).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from enfilade.core.textfile import repair

# Names and parameters; a longer head is no head, and scanning it stays cheap.
HEAD_CHARS_MAX = 4_096

_CHARSETS = {
    "utf8": "utf-8",
    "usascii": "cp1252",
    "ascii": "cp1252",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "eucjp": "euc_jp",
    "iso2022jp": "iso2022_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "cp950",
    "euckr": "cp949",
    "ksc56011987": "cp949",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "macintosh": "mac_roman",
    "utf16": "utf-16",
    **{f"windows125{n}": f"cp125{n}" for n in range(9)},
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
    **{f"iso8859{n}": f"iso8859_{n}" for n in range(2, 17) if n != 12},
    "iso88591": "cp1252",
    "latin1": "cp1252",
}
_BASE64 = frozenset({"B", "BASE64"})
_BARE_ENCODINGS = _BASE64 | {"QUOTED-PRINTABLE", "8BIT", "7BIT"}


class Property(NamedTuple):
    """One property: its line, group and name in capitals, parameters (names in capitals), and the value as it stands in the file.

    A tuple, which costs the least, since a file has tens of thousands. params: shared by all properties of the same head.
    """

    line: int
    group: str
    name: str
    params: dict[str, list[str]]
    raw: str
    page: str = "cp1252"

    def param(self, name: str) -> str:
        """The first value of a parameter, or empty."""
        values = self.params.get(name)
        return values[0] if values else ""

    @property
    def types(self) -> tuple[str, ...]:
        """Values of TYPE in small letters, also bare ones (2.1) and lists inside quotes (4.0)."""
        return _lowered(self.type_names)

    @property
    def type_names(self) -> tuple[str, ...]:
        """Values of TYPE as they are written."""
        values = self.params.get("TYPE")
        return _type_names(tuple(values)) if values else ()

    @property
    def encoding(self) -> str:
        return self.param("ENCODING").upper()

    @property
    def binary(self) -> bool:
        return self.encoding in _BASE64

    def text(self) -> str:
        """The whole value."""
        return unescape(self._decoded(self.raw))

    def parts(self, separator: str = ";") -> list[str]:
        """The components of a structured value, or with a comma the items of a list."""
        pieces = [self._decoded(piece) for piece in split_escaped(self.raw, separator)]
        if len(pieces) == 1 and self.encoding == "QUOTED-PRINTABLE":
            pieces = split_escaped(pieces[0], separator)
        return [unescape(piece).strip() for piece in pieces]

    def _decoded(self, raw: str) -> str:
        if raw.isascii() and "ENCODING" not in self.params:
            return raw
        charset = _CHARSETS.get(re.sub(r"[^a-z0-9]", "", self.param("CHARSET").lower()), "")
        if self.encoding != "QUOTED-PRINTABLE":
            return repair(raw, page=self.page, charset=charset)
        octets = binascii.a2b_qp(raw.encode("utf-8", "surrogateescape"))
        try:
            return octets.decode(charset or "utf-8")
        except UnicodeDecodeError:
            return repair(octets.decode("utf-8", "surrogateescape"), page=self.page)


@lru_cache(maxsize=1_000)
def _type_names(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


@lru_cache(maxsize=1_000)
def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, names))


_ESCAPED = re.compile(r"\\([\\,;:nN])")


def unescape(text: str) -> str:
    """A value without its backslashes. A backslash before any other character is a backslash."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text) if "\\" in text else text


def split_escaped(text: str, separator: str) -> list[str]:
    """The pieces between separators that have no backslash in front; the backslashes stay."""
    if "\\" not in text:
        return text.split(separator)
    pieces: list[str] = []
    piece: list[str] = []
    for token in re.findall(rf"\\.|{separator}|[^\\{separator}]+|\\$", text, re.DOTALL):
        if token == separator:
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(token)
    return [*pieces, "".join(piece)]


_NAME = re.compile(r"(?:([\w-]+)\.)?([A-Za-z][\w-]*)", re.ASCII)
_CARET = {"^n": "\n", "^'": '"', "^^": "^"}


def parse_line(line: int, text: str, page: str) -> Property | None:
    """One unfolded line as a property, or None where it is not one."""
    head, colon, raw = text.partition(":")
    if '"' in head:
        head, colon, raw = _partition_outside_quotes(text)
    if not colon or len(head) > HEAD_CHARS_MAX or (parsed := _parse_head(head)) is None:
        return None
    return Property(line, *parsed, raw, page)


@lru_cache(maxsize=1_000)
def _parse_head(head: str) -> tuple[str, str, dict[str, list[str]]] | None:
    """Group, name and parameters. A file has few different heads, each thousands of times."""
    names, *params = head.split(";") if '"' not in head else _outside_quotes(head, ";")
    found = _NAME.fullmatch(names.strip())
    return ((found[1] or "").lower(), found[2].upper(), _parse_params(params)) if found else None


def _partition_outside_quotes(text: str) -> tuple[str, str, str]:
    found = re.match(r'(?:[^":]|"[^"]*")*:', text[:HEAD_CHARS_MAX])
    return (found[0][:-1], ":", text[found.end() :]) if found else text.partition(":")


def _outside_quotes(text: str, separator: str) -> list[str]:
    pieces, quoted = [""], False
    for piece in re.split(rf'(["{separator}])', text):
        quoted ^= piece == '"'
        if piece == separator and not quoted:
            pieces.append("")
        else:
            pieces[-1] += piece
    return pieces


def _parse_params(params: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for param in params[:100]:
        key, equals, value = param.partition("=")
        key = key.strip().upper()
        if key.startswith("X-CUSTOM("):
            # Samsung: X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=44=61=63=68=61)
            octets = binascii.a2b_qp(param.rpartition(",")[2].rstrip(") ").encode("utf-8", "surrogateescape"))
            key, equals, value = "TYPE", "=", "X-" + octets.decode("utf-8", "replace")
        if not equals:
            key, value = ("ENCODING" if key in _BARE_ENCODINGS else "TYPE"), param.strip()
        values = value.split(",") if '"' not in value else [piece.strip().strip('"') for piece in _outside_quotes(value, ",")]
        if "^" in value:
            values = [re.sub(r"\^[n'^]", lambda caret: _CARET[caret[0]], piece) for piece in values]
        found.setdefault(key, []).extend(values)
    return found
