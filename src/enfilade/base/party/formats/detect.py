"""Which contact format a file is in, and the reader for it."""

from __future__ import annotations

import re

from enfilade.core.textfile import Problem, decode, refusal

from .contacts import Parsed
from .contacts_csv import read_contacts_csv
from .vcard import BEGIN, read_vcards
from .xcard import NAMESPACE, read_xcards

_READERS = {"vcard": read_vcards, "xcard": read_xcards, "csv": read_contacts_csv}


def detect(data: bytes, filename: str = "") -> str:
    """'vcard', 'xcard', 'csv' or 'unknown', by the content; the name decides where the content could be anything.

    filename: as the person has it; only its ending is looked at.
    """
    if refusal(data, "a contact file"):
        return "unknown"
    head = decode(data[: 64 * 1024])
    if BEGIN.search(head):
        return "vcard"
    if head.lstrip().startswith("<"):
        return "xcard" if NAMESPACE in head else "unknown"
    ending = filename.rpartition(".")[2].lower()
    if ending in ("vcf", "vcard"):
        return "vcard"
    if ending in ("csv", "txt", "tsv", "tab") or re.search(r"[,;\t|]", head[:4096].partition("\n")[0]):
        return "csv"
    return "unknown"


def read_contacts(data: bytes, *, filename: str = "", region: str) -> Parsed:
    """Read a contact file of any format that the house knows.

    region: country whose rules apply where the file does not say, ISO 3166-1 alpha-2.
    """
    if fault := refusal(data, "a contact file"):
        return Parsed(problems=(fault,))
    reader = _READERS.get(detect(data, filename))
    if reader is None:
        return Parsed(problems=(Problem(1, "", "This file is neither vCard (.vcf) nor CSV, as address books export them.", refused=True),))
    return reader(data, region=region)
