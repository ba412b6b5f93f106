-- Search that a million rows do not slow down, by comparisons that row-level security lets use an index (docs/adr/0021).
-- A text without case, accents and strokes. The marks are taken off first, so that lower() needs to know plain letters only: in a
-- database of the locale C it knows no others, so capitals that are no letter with a mark are named here. A text of plain letters has
-- nothing to take off. Not STRICT, so that it becomes a part of the statement that calls it.
CREATE OR REPLACE FUNCTION core_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(given) = length(given) THEN lower(given) ELSE replace(replace(replace(replace(translate(
        lower(translate(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g'), 'ØŁĐĦÆŒÞẞ', 'øłđħæœþß')),
        'øłđħı', 'oldhi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') END
$$;

-- What is found by its beginning in some texts, folded: each piece between blanks, and what is left of it after every other sign, so that
-- of ada.ruiz@example.org also ruiz@example.org, example.org and org are. At most 200 pieces of 60 letters.
CREATE OR REPLACE FUNCTION core_each_word(texts text[]) RETURNS TABLE (word text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT DISTINCT left(array_to_string(parts[place:], ''), 60) COLLATE "C"
      FROM regexp_split_to_table(public.core_fold(array_to_string(texts, ' ')), '\s+') AS piece,
           LATERAL string_to_array(regexp_replace(piece, '([^[:alnum:]]+)', E'\\1\x01', 'g'), E'\x01') AS parts,
           LATERAL generate_subscripts(parts, 1) AS place
     WHERE parts[place] <> '' LIMIT 200
$$;

CREATE OR REPLACE FUNCTION core_words(texts text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(w.word ORDER BY w.word), '{}') FROM public.core_each_word(texts) w
$$;

-- Keeps the words of rows that a statement adds: in one statement for all of them, since a file has thousands. Arguments as below.
-- Without JIT: the planner takes every text for a thousand words, and would compile longer than the statement runs.
CREATE OR REPLACE FUNCTION core_add_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    texts text;
BEGIN
    SELECT string_agg(format('f.%I::text', name), ', ' ORDER BY place) INTO texts FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS a(name, place);
    EXECUTE format('INSERT INTO public.%I (company_id, row_id, word, label)
        SELECT f.company_id, f.id, w.word, coalesce(f.%I::text, %L) FROM fresh f, LATERAL public.core_each_word(ARRAY[%s]) w',
        TG_ARGV[0], TG_ARGV[1], '', texts);
    RETURN NULL;
END $$;

-- Keeps the words of a row in step with it when it is changed or goes. Arguments of the trigger: the table of the words, then the columns
-- that are searched; the first of them is the label by which found rows are put in order.
CREATE OR REPLACE FUNCTION core_keep_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    words text[];
    label text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE format('DELETE FROM public.%I WHERE company_id = $1 AND row_id = $2', TG_ARGV[0]) USING OLD.company_id, OLD.id;
        RETURN NULL;
    END IF;
    label := coalesce(to_jsonb(NEW) ->> TG_ARGV[1], '');
    SELECT public.core_words(array_agg(to_jsonb(NEW) ->> name)) INTO words FROM unnest(TG_ARGV[1:]) AS name;
    IF TG_OP = 'UPDATE' THEN
        IF label = coalesce(to_jsonb(OLD) ->> TG_ARGV[1], '')
           AND words = (SELECT public.core_words(array_agg(to_jsonb(OLD) ->> name)) FROM unnest(TG_ARGV[1:]) AS name) THEN
            RETURN NULL;
        END IF;
        EXECUTE format('DELETE FROM public.%I WHERE company_id = $1 AND row_id = $2', TG_ARGV[0]) USING OLD.company_id, OLD.id;
    END IF;
    EXECUTE format('INSERT INTO public.%I (company_id, row_id, word, label) SELECT $1, $2, unnest($3), $4', TG_ARGV[0])
        USING NEW.company_id, NEW.id, words, label;
    RETURN NULL;
END $$;
