"""Tables: the creditor, mandates and their amendments, runs, their collections and what those take of invoices."""

from .mandate import Creditor, Mandate, MandateAmendment
from .run import Collection, CollectionPart, CollectionRun

__all__ = ["Collection", "CollectionPart", "CollectionRun", "Creditor", "Mandate", "MandateAmendment"]
