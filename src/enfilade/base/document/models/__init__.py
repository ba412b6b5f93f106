"""Tables: kinds of documents, the matrix of what is needed, what was handed in, and how long it is kept."""

from .document import Document
from .matrix import DocumentKind, RequiredDocument
from .retention import Destruction, LegalHold, RetentionRule

__all__ = ["Destruction", "Document", "DocumentKind", "LegalHold", "RequiredDocument", "RetentionRule"]
