"""What a contact file says of one person or organisation, before it becomes a party.

Plain values without a database: the readers of every contact format make them, the import command turns them into parties. Each piece a
person typed is in one of the fields; what has no field of its own is in `note` or `extra`. Drafts and their parts are tuples, which cost
the least where a file has tens of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from enfilade.core.textfile import Problem

__all__ = ["AddressDraft", "ContactDraft", "ContactPointDraft", "Parsed", "Photo", "Problem"]


class ContactPointDraft(NamedTuple):
    """A way to reach somebody.

    kind: phone, fax, pager, email, url, im, social or other (telex). A draft has a value once and prefers at most one of a kind.
    value: as given, without invisible characters.
    normalised: E.164 for telephones, domain in small letters for e-mail; empty where the value cannot be dialled or written to.
    label: work, home, mobile or whatever the file calls it; may be empty.
    """

    kind: str
    value: str
    normalised: str = ""
    label: str = ""
    preferred: bool = False


class AddressDraft(NamedTuple):
    """A postal address as given.

    extra: flat, building, second street line of formats that keep one apart, and what a file has beyond the seven usual parts.
    country: as given; country_code: ISO 3166-1 alpha-2 in capitals, empty where the name is not known to us.
    """

    label: str = ""
    street: str = ""
    extra: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    country_code: str = ""
    po_box: str = ""
    preferred: bool = False

    @property
    def empty(self) -> bool:
        """Whether no part of it says where."""
        return not any(self[1:9])


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of at most 5 MB whose content is what its media type says: JPEG, PNG, GIF or WebP."""

    content: bytes
    media_type: str


class ContactDraft(NamedTuple):
    """One card or one row.

    line: physical line on which it starts.
    kind: 'person' or 'organisation'.
    name: for display; never empty.
    birth_on: a whole date; a birthday without year or month stands in the note as it was written.
    relations, anniversaries, extra: (label, value).
    """

    line: int
    kind: str
    name: str
    given_name: str = ""
    family_name: str = ""
    additional_names: str = ""
    prefix: str = ""
    suffix: str = ""
    nickname: str = ""
    organisation: str = ""
    department: str = ""
    title: str = ""
    role: str = ""
    birth_on: date | None = None
    contact_points: tuple[ContactPointDraft, ...] = ()
    addresses: tuple[AddressDraft, ...] = ()
    note: str = ""
    uid: str = ""
    categories: tuple[str, ...] = ()
    photo: Photo | None = None
    relations: tuple[tuple[str, str], ...] = ()
    anniversaries: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A contact file as read: the drafts in the order of the file, and what is to be said of it, by line."""

    drafts: tuple[ContactDraft, ...] = ()
    problems: tuple[Problem, ...] = ()
