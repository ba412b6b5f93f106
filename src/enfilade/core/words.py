"""Search by words: a row is found by the beginnings of words that occur in its searched columns, without case and accents.

Few rows are read and put in order. Where a text finds more, the order comes from the table of words itself, which keeps beside each word
what its row is sorted by: an index alone tells which rows come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, migrations
from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from .among import among
from .context import Context

WORDS_MAX = 8
# Up to so many rows are read and put in order; of more, the words tell which come first.
FEW_MAX = 2_000
# Words along the order whose rows are looked at: a row may have several of them, or be hidden by a filter.
NEAR_MAX = 500
# Comes after every letter in the order of bytes.
_LAST = chr(0x10FFFF)
_FUNCTIONS = Path(__file__).parent / "sql" / "words.sql"
_EDGES = ".,;:!?()[]\"'"


@dataclass(frozen=True)
class Kept:
    """Where the words of a list are kept. through: links to records whose words find a row as well: column of the key, table of words."""

    own: Any
    through: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Search:
    """What a text finds.

    found: the rows, all of them. words: their words, where there are many of them; None where the rows are few, or no words are kept.
    near: the rows by which somebody may know one at once, where that is less: those of all words of their own, or of a record that few
        are called like.
    """

    found: Q
    words: QuerySet[Any] | None = None
    near: Q | None = None

    def first(
        self, rows: QuerySet[Any], order: tuple[Any, ...], most: int, *, words_order: tuple[str, ...] = (), beyond: Q | None = None
    ) -> list[Any]:
        """The first found rows in an order. One query; a second where filters leave too few of the rows that come first.

        words_order, beyond: the order as the table of words knows it (label, row_id), and after which mark; without it rows are sorted.
        """
        if self.words is not None and words_order:
            near = self.words.filter(beyond or Q()).order_by(*words_order).values("row_id")[:NEAR_MAX]
            found = list(rows.filter(among(near)).order_by(*order)[:most])
            if len(found) == most:
                return found
        return list(rows.filter(self.found).order_by(*order)[:most])

    def newest(self, rows: QuerySet[Any], most: int, *, limited: bool) -> QuerySet[Any]:
        """The newest found rows as a query that can be asked together with others; not asked here.

        limited: the caller sees some of the rows only, so that the newest words may be of none of hers.
        """
        found = self.found if self.near is None or limited else self.near
        return rows.filter(found).order_by("-pk")[:most]


def keep_words(table: str, words: str, *columns: str) -> migrations.RunSQL:
    """The step of a migration that keeps `words` in step with the columns of `table`, and fills it from the rows that are there.

    It makes the functions of words.sql as they are now, so that no module waits for another one's migration.

    columns: what is searched. The first is kept as the label by which found rows are put in order, as far as it is never NULL.
    """
    texts = ", ".join(f"{name}::text" for name in columns)
    return migrations.RunSQL(
        f"""{_FUNCTIONS.read_text()}
        {_triggers(table, words, columns)}
        ALTER TABLE {words} ALTER COLUMN word SET STATISTICS 1000;
        SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{{}}')::text FROM core_company), true);
        INSERT INTO {words} (company_id, row_id, word, label)
            SELECT company_id, id, unnest(core_words(ARRAY[{texts}])), coalesce({columns[0]}::text, '') FROM {table};
        """,  # noqa: S608 - names of tables and columns, written in a migration
        f"DROP TRIGGER keep_words ON {table}; DROP TRIGGER IF EXISTS add_words ON {table}",
    )


def words_functions() -> migrations.RunSQL:
    """The step of a migration that makes the functions of words.sql as they are now; their answers stay the same."""
    return migrations.RunSQL(_FUNCTIONS.read_text(), migrations.RunSQL.noop)


def add_words_at_once(table: str, words: str, *columns: str) -> migrations.RunSQL:
    """The step of a migration for tables whose words were kept row by row when rows were added: now by one statement for all of them."""
    return migrations.RunSQL(f"{_FUNCTIONS.read_text()}\n{_triggers(table, words, columns)}", migrations.RunSQL.noop)


def _triggers(table: str, words: str, columns: Sequence[str]) -> str:
    """The triggers as they are now. Why two: one with tables of what a statement changed can't be bound to some of the columns."""
    arguments = ", ".join(f"'{name}'" for name in (words, *columns))
    return f"""
        CREATE OR REPLACE TRIGGER keep_words AFTER DELETE OR UPDATE OF {", ".join(columns)} ON {table}
            FOR EACH ROW EXECUTE FUNCTION core_keep_words({arguments});
        CREATE OR REPLACE TRIGGER add_words AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION core_add_words({arguments});
        """


def search_words(ctx: Context, kept: Kept, text: str) -> Search:
    """Rows in which every word of the text begins a word. One query counts them, no further than needed."""
    return search_all_words(ctx, [kept], text)[0]


def search_all_words(ctx: Context, lists: Sequence[Kept], text: str) -> list[Search]:
    """The same in several lists, in their order. One query counts for all of them."""
    words = [word.strip(_EDGES)[:60] or word for word in text[:200].split()[:WORDS_MAX]]
    if not lists or not words:
        return [Search(Q(pk__in=[])) for _ in lists]
    tables = list(dict.fromkeys(table for kept in lists for table in (kept.own, *(t for _, t in kept.through))))
    counts = _counts(ctx, tables, words)
    return [_search(ctx, kept, words, counts) for kept in lists]


def _search(ctx: Context, kept: Kept, words: list[str], counts: dict[Any, list[int]]) -> Search:
    own = _with_all(ctx, kept.own, words, counts)
    many = min(counts[kept.own]) > FEW_MAX
    near = among((own.order_by("-row_id")[:NEAR_MAX] if many else own).values("row_id"))
    if not kept.through:
        return Search(among(own.values("row_id")), own if many else None, near if many else None)
    found = Q()
    for number, word in enumerate(words):
        one = Q()
        for key, table in (("pk", kept.own), *kept.through):
            rows = _rows_with(ctx, table, word).values("row_id")
            one |= among(rows, key) if counts[table][number] <= FEW_MAX else Q(**{f"{key}__in": rows})
        found &= one
    for key, table in kept.through:
        if min(counts[table]) <= FEW_MAX:
            near |= among(_with_all(ctx, table, words, counts).values("row_id"), key)
    return Search(found, None, near)


def _with_all(ctx: Context, table: Any, words: list[str], counts: dict[Any, list[int]]) -> QuerySet[Any]:
    """The rarest word of rows that have all of them."""
    rarest, *others = [word for _, word in sorted(zip(counts[table], words, strict=True), key=lambda pair: pair[0])]
    rows = _rows_with(ctx, table, rarest)
    for word in others:
        rows = rows.filter(row_id__in=_rows_with(ctx, table, word).values("row_id"))
    return rows


def _counts(ctx: Context, tables: Sequence[Any], words: list[str]) -> dict[Any, list[int]]:
    """How many rows have each word, table by table, at most one more than are few."""
    one = (
        "(SELECT count(*) FROM (SELECT FROM {} WHERE company_id = %s AND word >= core_fold(%s) "
        "AND word < core_fold(%s) || %s LIMIT %s) AS counted)"
    )
    asked = ", ".join(one.format(table._meta.db_table) for table in tables for _ in words)
    inputs = [value for word in words for value in (ctx.company_id, word, word, _LAST, FEW_MAX + 1)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", inputs * len(tables))
        found = cursor.fetchone()
    return {table: list(found[n * len(words) : (n + 1) * len(words)]) for n, table in enumerate(tables)}


def _rows_with(ctx: Context, model: Any, word: str) -> QuerySet[Any]:
    folded = Func(Value(word), function="core_fold", output_field=TextField())
    return model.objects.visible_to(ctx).filter(word__gte=folded, word__lt=Concat(folded, Value(_LAST), output_field=TextField()))
