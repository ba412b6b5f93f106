"""What happened to papers."""

from __future__ import annotations

from enfilade.core.events import event


@event
class DocumentTaken:
    """A party handed in a document."""

    document_id: int
    party_id: int
    kind_code: str


@event
class DocumentReplaced:
    """A new version of a document came in; the old one counts for the days before."""

    document_id: int
    old_id: int
    party_id: int
    kind_code: str


@event
class DocumentRevoked:
    """A document holds no longer, by decision and not by date."""

    document_id: int
    party_id: int
    kind_code: str


@event
class DocumentDestroyed:
    """The content of a document is gone, because nobody has to keep it any longer."""

    document_id: int
    party_id: int
    kind_code: str


@event
class DocumentSigned:
    """Everybody who was asked has signed; the document is taken and its evidence sealed."""

    request_id: int
    document_id: int
    party_id: int
    kind_code: str


@event
class SignatureDeclined:
    """Somebody who was asked declined to sign."""

    request_id: int
    party_id: int
