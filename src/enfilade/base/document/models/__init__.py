"""Tables: kinds of documents, the matrix of what is needed, what was handed in, how long it is kept, what it says, what was signed,
and how our own papers are worded.
"""

from .document import Document
from .matrix import DocumentKind, RequiredDocument
from .retention import Destruction, LegalHold, RetentionRule
from .signing import SignatureRequest, Signer
from .text import DocumentText, DocumentWord
from .wording import PaperTemplate

__all__ = [
    "Destruction",
    "Document",
    "DocumentKind",
    "DocumentText",
    "DocumentWord",
    "LegalHold",
    "PaperTemplate",
    "RequiredDocument",
    "RetentionRule",
    "SignatureRequest",
    "Signer",
]
