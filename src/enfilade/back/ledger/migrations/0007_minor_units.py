"""Amounts count in the minor unit of ISO 4217 from here on; books that hold currencies which were counted without one are not read anew."""

from django.db import migrations

# Until here the decimals of these were those of Unicode's tables, which are fewer. What is sealed is not multiplied.
_CHECK = """
SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{}')::text FROM core_company), true);
DO $$
DECLARE
    odd constant text[] := ARRAY['AFN', 'ALL', 'IQD', 'IRR', 'KPW', 'LAK', 'LBP', 'MGA', 'MMK', 'RSD', 'SOS', 'SYP', 'YER'];
    found text;
BEGIN
    SELECT string_agg(DISTINCT c, ', ') INTO found FROM (
        SELECT currency AS c FROM core_company WHERE currency = ANY (odd) AND EXISTS (SELECT FROM books_line)
        UNION ALL SELECT split_part(unit, '@', 1) FROM books_line WHERE split_part(unit, '@', 1) = ANY (odd)
    ) AS known;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'There are amounts in %, which were kept without decimals until here: export those books, and import them again.', found;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0009_named_rows"),
        ("ledger", "0006_closing_entries"),
    ]

    operations = [migrations.RunSQL(_CHECK, migrations.RunSQL.noop)]
