-- Documents are found by the words of their party, kind and note, and by those of their file, once that was read (docs/adr/0021, 0022).
-- Each place that holds such a word sees to it that the words of its documents are right again in the same transaction.

-- The words of a long text, as core_words makes them of short ones, those that come first first: at most 2,000.
CREATE FUNCTION document_text_words(content text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(word), '{}') FROM (
        SELECT left(array_to_string(parts[place:], ''), 60) COLLATE "C" AS word
          FROM regexp_split_to_table(public.core_fold(content), '\s+') WITH ORDINALITY AS pieces(piece, at),
               LATERAL string_to_array(regexp_replace(left(piece, 120), '([^[:alnum:]]+)', E'\\1\x01', 'g'), E'\x01') AS parts,
               LATERAL generate_subscripts(parts, 1) AS place
         WHERE array_to_string(parts[place:], '') <> ''
         GROUP BY 1 ORDER BY min(at), 1 LIMIT 2000
    ) AS words
$$;

CREATE FUNCTION document_index(the_document bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    d record;
    words text[];
BEGIN
    SELECT o.company_id, o.received_on::text AS label, o.note, p.name, p.number, k.name AS kind, t.content
      INTO d FROM public.document_document o JOIN public.party_party p ON p.id = o.party_id
      JOIN public.document_documentkind k ON k.id = o.kind_id
      LEFT JOIN public.document_documenttext t ON t.document_id = o.id
     WHERE o.id = the_document;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    words := public.core_words(ARRAY[d.name, d.number, d.kind, d.note]) || public.document_text_words(coalesce(d.content, ''));
    DELETE FROM public.document_documentword
     WHERE company_id = d.company_id AND row_id = the_document AND (word <> ALL (words) OR label <> d.label);
    INSERT INTO public.document_documentword (company_id, row_id, word, label)
        SELECT d.company_id, the_document, w.word, d.label FROM (SELECT DISTINCT unnest(words) AS word) AS w ON CONFLICT DO NOTHING;
END $$;

-- SECURITY DEFINER: only triggers write the words. What is destroyed has no text, and with it no words, any more.
CREATE FUNCTION document_keep_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.document_documentword WHERE company_id = OLD.company_id AND row_id = OLD.id;
        RETURN NULL;
    END IF;
    IF NEW.state = 'destroyed' THEN
        DELETE FROM public.document_documenttext WHERE document_id = NEW.id;
    END IF;
    PERFORM public.document_index(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER document_keep_words AFTER INSERT OR DELETE OR UPDATE OF party_id, kind_id, note, received_on, state ON document_document
    FOR EACH ROW EXECUTE FUNCTION document_keep_words();

CREATE FUNCTION document_keep_text_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM public.document_index(CASE TG_OP WHEN 'DELETE' THEN OLD.document_id ELSE NEW.document_id END);
    RETURN NULL;
END $$;

CREATE TRIGGER document_keep_text_words AFTER INSERT OR DELETE OR UPDATE OF content ON document_documenttext
    FOR EACH ROW EXECUTE FUNCTION document_keep_text_words();

-- A destroyed document gets no text, whoever writes it.
CREATE FUNCTION document_keep_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM document_document d WHERE d.id = NEW.document_id AND d.state = 'destroyed') THEN
        RAISE EXCEPTION 'This document was destroyed; nothing of its text is kept.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_text_of_destroyed', TABLE = 'document_documenttext';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER document_keep_text BEFORE INSERT OR UPDATE ON document_documenttext FOR EACH ROW EXECUTE FUNCTION document_keep_text();

-- Names that change below.
CREATE FUNCTION document_keep_party_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM public.document_index(d.id) FROM public.document_document d WHERE d.company_id = NEW.company_id AND d.party_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER document_keep_words AFTER UPDATE OF name, number ON party_party
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.number IS DISTINCT FROM NEW.number)
    EXECUTE FUNCTION document_keep_party_words();

-- A kind may have very many documents: they get the words of its new name, and keep those of the old one until they change themselves.
CREATE FUNCTION document_keep_kind_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.document_documentword (company_id, row_id, word, label)
        SELECT d.company_id, d.id, w.word, d.received_on::text
          FROM public.document_document d, unnest(public.core_words(ARRAY[NEW.name])) AS w(word)
         WHERE d.company_id = NEW.company_id AND d.kind_id = NEW.id ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER document_keep_words AFTER UPDATE OF name ON document_documentkind
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION document_keep_kind_words();
