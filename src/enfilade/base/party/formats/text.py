"""What the values of a contact file mean: telephone numbers, e-mail addresses, countries, days, pictures.

Pure functions. Each gives the empty value where it cannot be sure; none of them guesses, and none raises on any text.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from urllib.parse import unquote

import phonenumbers
from babel import Locale
from babel.core import get_global

from .contacts import Photo

PHOTO_BYTES_MAX = 5 * 1024 * 1024
# No number with its extension is longer, and the library is not asked to read novels.
_PHONE_CHARS_MAX = 100


_PLAIN = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): None}


def fold(text: str) -> str:
    """A word as a key: without case, accents and punctuation, words parted by one space."""
    if text.isascii():
        return " ".join(text.lower().translate(_PLAIN).split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        " " if not letter.isalnum() else letter for letter in plain if letter not in "'’" and not unicodedata.combining(letter)
    )
    return " ".join(letters.split())


def read_phone(value: str) -> str:
    """A telephone number as a person writes it: a tel: URI (RFC 3966) loses its scheme and shows its extension; the rest stays."""
    text = value.strip()
    if text[:4].lower() != "tel:":
        return text
    number, *parameters = unquote(text[4:]).split(";")
    shown = [f" ext. {part[4:]}" if part.lower().startswith("ext=") else f";{part}" for part in parameters if part]
    return number + "".join(shown)


# Letters behind the first figure: an extension is understood, capitals spell figures (1-800-FLOWERS), other words are no part of a number.
_REMARK = re.compile(r"\([^()\d+]*\)")
_EXTENSION = re.compile(r"(?:e?xt(?:ensi[oó]n)?|extn|x|int|anexo|доб)\.?\s*:?\s*\d+\s*$", re.IGNORECASE)


# Nothing but figures and what stands between them.
_BARE = re.compile(r"\+?[0-9][0-9 ./-]*")


def _has_words(number: str) -> bool:
    spoken = re.sub(r"^[^\d+]+", "", _EXTENSION.sub("", number))
    return spoken != spoken.upper()


@lru_cache(maxsize=50_000)
def normalise_phone(value: str, region: str) -> str:
    """The number in E.164, or empty where it cannot be dialled from everywhere (a short code, an extension, a word).

    region: country whose rules apply to a number without +, ISO 3166-1 alpha-2.
    Why: a number that is possible counts; numbers too new for the library's tables would otherwise not be found at the desk.
    """
    bare = _BARE.fullmatch(value) is not None
    number_only = value if bare else _REMARK.sub("", value)
    if len(value) > _PHONE_CHARS_MAX or (not bare and _has_words(number_only)):
        return ""
    try:
        number = phonenumbers.parse(number_only, region.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(_PARSED) > _PARSED_MAX:
        _PARSED.clear()
    _PARSED[written] = number
    return written


# Numbers that were taken apart a moment ago, by their E.164 form: whoever normalised one mostly shows it next.
_PARSED: dict[str, phonenumbers.PhoneNumber] = {}
_PARSED_MAX = 50_000


def parse_e164(written: str) -> phonenumbers.PhoneNumber | None:
    """The parts of a number in E.164, None for a text that is none."""
    try:
        return _PARSED.get(written) or phonenumbers.parse(written)
    except phonenumbers.NumberParseException:
        return None


_MAILBOX = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")


@lru_cache(maxsize=50_000)
def read_email(value: str) -> tuple[str, str]:
    """An e-mail address as shown and as compared (domain in small letters); the second is empty where it is no address."""
    shown = value.strip()
    if shown[:7].lower() == "mailto:":
        shown = unquote(shown[7:]).partition("?")[0]
    inner = re.search(r"<([^<>]*)>\s*$", shown) if "<" in shown else None
    address = (inner[1] if inner else shown).strip(" ,;'\"")
    if not _MAILBOX.fullmatch(address):
        return shown, ""
    local, _, domain = address.rpartition("@")
    return (shown if inner and inner.start() else address), f"{local}@{domain.lower()}"


_LANGUAGES = (
    *("en", "de", "fr", "es", "it", "nl", "pt", "pl", "da", "sv", "nb", "fi", "cs"),
    *("sk", "hu", "ro", "hr", "tr", "el", "ru", "uk", "ar", "he", "ja", "ko", "zh"),
)
# Names of exports and of everyday use that the Unicode tables do not have.
_COUNTRY_NAMES = {
    "AT": "A",
    "BE": "B",
    "BN": "Brunei Darussalam",
    "CD": "Democratic Republic of the Congo",
    "CG": "Congo|Republic of the Congo",
    "CH": "CH|Swiss",
    "CI": "Cote d'Ivoire|Ivory Coast",
    "CV": "Cape Verde",
    "CZ": "Czech Republic|Tschechische Republik",
    "DE": "D|BRD|Bundesrepublik Deutschland|Federal Republic of Germany",
    "ES": "E",
    "FK": "Falkland Islands (Malvinas)",
    "FR": "F",
    "GB": "England|Scotland|Wales|Northern Ireland|Great Britain|UK|U.K.|Grande Bretagne|Gran Bretaña|Großbritannien",
    "HK": "Hong Kong",
    "HM": "Heard Island and McDonald Islands",
    "IE": "Republic of Ireland|Eire",
    "IR": "Islamic Republic of Iran",
    "IT": "I",
    "KG": "Kyrgyz Republic",
    "KP": "Democratic People's Republic of Korea",
    "KR": "Republic of Korea|Korea",
    "LA": "Lao People's Democratic Republic",
    "LY": "Libyan Arab Jamahiriya",
    "MD": "Republic of Moldova",
    "MK": "Macedonia",
    "MM": "Burma|Myanmar",
    "MO": "Macao|Macau",
    "NL": "Holland|The Netherlands",
    "PS": "Palestine|Palestinian Territory",
    "RU": "Russian Federation",
    "SJ": "Svalbard & Jan Mayen Islands",
    "SZ": "Swaziland",
    "SY": "Syrian Arab Republic",
    "TR": "Turkey",
    "TZ": "United Republic of Tanzania",
    "US": "USA|U.S.A.|U.S.|United States of America|America|Etats-Unis|EE. UU.|EEUU|Vereinigte Staaten von Amerika",
    "VA": "Holy See (Vatican City State)|Vatican City State",
    "VI": "United States Virgin Islands",
    "VN": "Viet Nam",
}


# Groups of countries and test codes that the Unicode tables list beside the countries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ"})


def _country_key(name: str) -> str:
    words = fold(name).split()
    return " ".join(word for word in words if word not in ("and", "und", "et", "the")) or fold(name)


@cache
def _codes() -> tuple[str, ...]:
    return tuple(sorted({str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))} - _NO_COUNTRIES))


@cache
def _everyday_names() -> dict[str, str]:
    return {_country_key(name): code for code, names in _COUNTRY_NAMES.items() for name in names.split("|")}


@cache
def _names_in(language: str) -> dict[str, str]:
    territories = Locale(language).territories
    return {_country_key(territories[code]): code for code in _codes() if code in territories}


@cache
def _written_codes() -> dict[str, str]:
    found = {_country_key(code): code for code in _codes()}
    for alias, replaced in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", str(alias)) and len(replaced) == 1:
            found[_country_key(str(alias))] = str(replaced[0])
    return found


def _country_called(key: str) -> str:
    """Why one language after the other: reading the names of all of them takes longer than a thousand contacts."""
    if code := _everyday_names().get(key, ""):
        return code
    for language in _LANGUAGES:
        if code := _names_in(language).get(key, ""):
            return code
    return _written_codes().get(key, "")


@lru_cache(maxsize=5_000)
def country_code(name: str) -> str:
    """ISO 3166-1 alpha-2 of a country named in one of 26 languages, by a code or by an everyday name; empty where it is not known."""
    if name in phonenumbers.SUPPORTED_REGIONS:
        return name
    if not name or len(name) > 100:
        return ""
    return _country_called(_country_key(name)) or _country_called(_country_key(re.sub(r"\(.*?\)", "", name)))


_ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_WRITTEN_DAY = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?: .*)?")
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "AS", "GU", "MP", "PR", "VI", "UM"})
_NO_DAY = re.compile(r"[0\s./-]*")
_PART_OF_DAY = re.compile(r"--?-?\d{1,2}(?:-?\d{2})?(?:T.*)?|\d{4}(?:-\d{2})?|(?:0000|1604)-?\d{2}-?\d{2}")


def is_no_day(text: str) -> bool:
    """Whether this is how programs write that no day was entered ("0/0/00")."""
    return _NO_DAY.fullmatch(text) is not None


def is_part_of_day(text: str) -> bool:
    """Whether this is a birthday without year, or a year or month alone (RFC 6350 4.3.1; Apple writes 1604 for no year)."""
    return _PART_OF_DAY.fullmatch(text.strip()) is not None


def read_day(text: str, region: str = "") -> date | None:
    """A whole day: ISO 8601, or as written in the country (month first in the United States, else day first); None where it is not one.

    A year of two figures has no century and is not read.
    """
    if found := _ISO_DAY.fullmatch(text.strip()):
        year, month, day = (int(part) for part in found.groups())
    elif found := _WRITTEN_DAY.fullmatch(text.strip()):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        month_first = found[2] == "/" and region.upper() in _MONTH_FIRST
        if max(first, second) > 12:
            month_first = second > 12
        month, day = (first, second) if month_first else (second, first)
    else:
        return None
    try:
        return date(year, month, day) if year != 1604 else None
    except ValueError:
        return None


def media_type_of(content: bytes) -> str:
    """The kind of picture by its first bytes; empty for everything that a browser should not be given as a picture."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def read_photo(encoded: str) -> Photo | str:
    """A picture in base64, or a sentence why it is not kept."""
    letters = "".join(encoded.split()).rstrip("=")
    if len(letters) * 3 // 4 > PHOTO_BYTES_MAX:
        return f"The picture is larger than {PHOTO_BYTES_MAX // 1024 // 1024} MB and was left out."
    try:
        content = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return "The picture is damaged and was left out."
    media_type = media_type_of(content)
    return Photo(content, media_type) if media_type else "The picture is of a kind that is not kept and was left out."
