"""Tables: kinds of documents, the matrix of what is needed, what was handed in, how long it is kept, what it says, and what was signed."""

from .document import Document
from .matrix import DocumentKind, RequiredDocument
from .retention import Destruction, LegalHold, RetentionRule
from .signing import SignatureRequest, Signer
from .text import DocumentText, DocumentWord

__all__ = [
    "Destruction",
    "Document",
    "DocumentKind",
    "DocumentText",
    "DocumentWord",
    "LegalHold",
    "RequiredDocument",
    "RetentionRule",
    "SignatureRequest",
    "Signer",
]
