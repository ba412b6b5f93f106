"""Search by words: a row is found by the beginnings of words that occur in its searched columns, without case and accents.

Few rows are read and put in order. Where a text finds more, the order comes from the table of words itself, which keeps beside each word
what its row is sorted by: an index alone tells which rows come first.
"""

from __future__ import annotations

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
class Search:
    """What a text finds.

    found: the rows, all of them. words: their words, where there are many of them; None where the rows are few, or no words are kept.
    """

    found: Q
    words: QuerySet[Any] | None = None

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


def keep_words(table: str, words: str, *columns: str) -> migrations.RunSQL:
    """The step of a migration that keeps `words` in step with the columns of `table`, and fills it from the rows that are there.

    It makes the functions of words.sql as they are now, so that no module waits for another one's migration.

    columns: what is searched. The first is never NULL, and kept as the label by which found rows are put in order.
    """
    arguments = ", ".join(f"'{name}'" for name in (words, *columns))
    texts = ", ".join(f"{name}::text" for name in columns)
    return migrations.RunSQL(
        f"""{_FUNCTIONS.read_text()}
        CREATE TRIGGER keep_words AFTER INSERT OR DELETE OR UPDATE OF {", ".join(columns)} ON {table}
            FOR EACH ROW EXECUTE FUNCTION core_keep_words({arguments});
        ALTER TABLE {words} ALTER COLUMN word SET STATISTICS 1000;
        SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{{}}')::text FROM core_company), true);
        INSERT INTO {words} (company_id, row_id, word, label)
            SELECT company_id, id, unnest(core_words(ARRAY[{texts}])), {columns[0]} FROM {table};
        """,  # noqa: S608 - names of tables and columns, written in a migration
        f"DROP TRIGGER keep_words ON {table}",
    )


def search_words(ctx: Context, model: Any, text: str) -> Search:
    """Rows in which every word of the text begins a word. model: the table of words. One query counts them, no further than needed."""
    words = [word.strip(_EDGES)[:60] or word for word in text[:200].split()[:WORDS_MAX]]
    counts = _counts(ctx, model, words)
    rarest, *others = [word for _, word in sorted(zip(counts, words, strict=True), key=lambda pair: pair[0])]
    rows = _rows_with(ctx, model, rarest)
    for word in others:
        rows = rows.filter(row_id__in=_rows_with(ctx, model, word).values("row_id"))
    return Search(among(rows.values("row_id")), rows if min(counts) > FEW_MAX else None)


def _counts(ctx: Context, model: Any, words: list[str]) -> list[int]:
    """How many rows have each word, at most one more than are few."""
    table = model._meta.db_table
    one = (
        f"(SELECT count(*) FROM (SELECT FROM {table} WHERE company_id = %s AND word >= core_fold(%s) "  # noqa: S608 - a name of ours
        "AND word < core_fold(%s) || %s LIMIT %s) AS counted)"
    )
    inputs = [value for word in words for value in (ctx.company_id, word, word, _LAST, FEW_MAX + 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(words)), inputs)
        return list(cursor.fetchone())


def _rows_with(ctx: Context, model: Any, word: str) -> QuerySet[Any]:
    folded = Func(Value(word), function="core_fold", output_field=TextField())
    return model.objects.visible_to(ctx).filter(word__gte=folded, word__lt=Concat(folded, Value(_LAST), output_field=TextField()))
