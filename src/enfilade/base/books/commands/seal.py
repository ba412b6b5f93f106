"""Seal entries: hash them block by block into a chain."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max

from enfilade.base.books.events import BookSealed
from enfilade.base.books.models import Book, BookSeal, Entry
from enfilade.core.chain import CHAIN_START, pack_digests, seal_hash
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

BLOCK_MAX = 5_000


@command(permission="books.seal_book")
def seal_book(ctx: Context, *, book: Ref[Book]) -> BookSeal:
    """Seal the entries that are not sealed yet, at most 5,000 at a time.

    Refuses: nothing_to_seal.
    Why: it holds the book alone, for as long as hashing one block takes, so that no entry is under way with an older key.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT books_hold_book(%s)", [book.pk])
        last = BookSeal.objects.visible_to(ctx).filter(book=book).order_by("-number").first()
        after = last.last_entry if last else 0
        block = Entry.objects.visible_to(ctx).filter(book=book, pk__gt=after).order_by("pk")[:BLOCK_MAX]
        up_to = block.aggregate(up_to=Max("pk"))["up_to"]
        if up_to is None:
            raise Refusal("nothing_to_seal", "Every entry of this book is sealed.")
        cursor.execute("SELECT entry_id, digest FROM books_digests(%s, %s, %s) ORDER BY entry_id", [book.pk, after, up_to])
        digests = [(int(entry), bytes(digest)) for entry, digest in cursor.fetchall()]
    seal = BookSeal(
        company=ctx.company,
        book=book,
        number=last.number + 1 if last else 1,
        first_entry=digests[0][0],
        last_entry=up_to,
        entry_count=len(digests),
        digests=pack_digests(digests),
        previous=last.hash if last else CHAIN_START,
        sealed_at=ctx.now,
    )
    seal.hash = seal_hash(seal.head, bytes(seal.digests))
    seal.save()
    publish(ctx, BookSealed(book=book.pk, number=seal.number, last_entry=up_to, hash=seal.hash))
    return seal
