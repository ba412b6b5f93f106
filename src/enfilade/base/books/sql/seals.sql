-- The canonical form of entries and its SHA-256: the form is JSON with every column of the entry and its lines by name
-- (docs/how-to/check-the-books.md), so that anybody can recompute it in any language. A line without dimensions doesn't name them.
CREATE OR REPLACE FUNCTION books_canonical(book bigint, after bigint, up_to bigint) RETURNS TABLE (entry_id bigint, form text) LANGUAGE sql STABLE AS $$
    SELECT e.id, jsonb_build_object(
        'id', e.id, 'company', e.company_id, 'book', e.book_id, 'period', e.period_id, 'on', e."on",
        'recorded_at', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'text', e.text, 'origin', e.origin, 'reverses', e.reverses_id, 'user', e.user_id, 'line_count', e.line_count,
        'lines', (
            SELECT jsonb_agg(jsonb_build_object(
                'id', l.id, 'company', l.company_id, 'account', l.account_id, 'unit', l.unit, 'quantity_minor', l.quantity_minor,
                'on', l."on", 'party', l.party_id, 'text', l.text)
                || CASE WHEN l.dimensions = '{}' THEN '{}'::jsonb ELSE jsonb_build_object('dimensions', l.dimensions) END ORDER BY l.id)
              FROM public.books_line l WHERE l.entry_id = e.id AND l."on" = e."on")
    )::text
      FROM public.books_entry e WHERE e.book_id = $1 AND e.id > $2 AND e.id <= $3
$$;
CREATE OR REPLACE FUNCTION books_digests(book bigint, after bigint, up_to bigint) RETURNS TABLE (entry_id bigint, digest bytea) LANGUAGE sql STABLE AS $$
    SELECT c.entry_id, sha256(convert_to(c.form, 'UTF8')) FROM public.books_canonical($1, $2, $3) c
$$;
