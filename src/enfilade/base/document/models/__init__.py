"""Tables: kinds of documents, the matrix of what is needed, and what was handed in."""

from .document import Document
from .matrix import DocumentKind, RequiredDocument

__all__ = ["Document", "DocumentKind", "RequiredDocument"]
