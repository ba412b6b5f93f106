"""Tables: kinds of documents, the matrix of what is needed, what was handed in, how long it is kept, and what was signed."""

from .document import Document
from .matrix import DocumentKind, RequiredDocument
from .retention import Destruction, LegalHold, RetentionRule
from .signing import SignatureRequest, Signer

__all__ = ["Destruction", "Document", "DocumentKind", "LegalHold", "RequiredDocument", "RetentionRule", "SignatureRequest", "Signer"]
