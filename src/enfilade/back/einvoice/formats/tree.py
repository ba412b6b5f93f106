"""XML from outside, read so that it can do no harm: no document type, no entities, nothing fetched, no more than it may have."""

from __future__ import annotations

from typing import Any

from lxml import etree

SIZE_MAX_BYTES = 10 * 1024 * 1024
NODES_MAX = 400_000


class Unreadable(Exception):
    """A document that is not read; the message is a sentence for people, with the line where there is one."""


def parser() -> Any:
    """A parser that follows nothing that a document asks for."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)


def read(data: bytes) -> Any:
    """The root of a document. Raises Unreadable."""
    if len(data) > SIZE_MAX_BYTES:
        raise Unreadable(f"This document is larger than {SIZE_MAX_BYTES // 1024 // 1024} MB.")
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        reason = str(error).partition(", line")[0]
        raise Unreadable(f"This is no XML: {reason} (line {line})." if line else f"This is no XML: {reason}.") from error
    if root is None:
        raise Unreadable("This document is empty.")
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("This document declares a document type, which no e-invoice does; it is not read.")
    if sum(1 for _ in root.iter()) > NODES_MAX:
        raise Unreadable(f"This document has more than {NODES_MAX:,} elements.")
    return root
