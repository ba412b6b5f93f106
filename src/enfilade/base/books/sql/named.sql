-- Parties that lines name and users who entered something stay, and a party stays of its company. The rows that name them have no foreign
-- keys for it (books.sql and lines.sql lock what they name until they are committed), so it is asked here, when one of them is to go.
--
-- As whoever posts, whoever takes one of them away reads what is committed: either sees the other's rows, or waits for them.
-- Lines and entries of all companies are asked, whatever the statement may see.
CREATE OR REPLACE FUNCTION books_named_stay() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    companies text := current_setting('app.companies', true);
    named boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Rows that entries may name are taken away by transactions that read what is committed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'named_reads_committed';
    END IF;
    PERFORM set_config('app.companies', (SELECT array_agg(c.id)::text FROM core_company c), true);
    IF TG_TABLE_NAME = 'party_party' THEN
        named := EXISTS (SELECT 1 FROM books_line l WHERE l.party_id = OLD.id);
    ELSE
        named := EXISTS (SELECT 1 FROM books_entry e WHERE e.user_id = OLD.id);
    END IF;
    PERFORM set_config('app.companies', coalesce(companies, ''), true);
    IF named THEN
        RAISE EXCEPTION 'Entries name this row of %: it stays as it is.', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_names';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER named_stay AFTER DELETE ON party_party FOR EACH ROW EXECUTE FUNCTION books_named_stay();
CREATE TRIGGER named_same AFTER UPDATE OF id, company_id ON party_party FOR EACH ROW
    WHEN ((OLD.id, OLD.company_id) IS DISTINCT FROM (NEW.id, NEW.company_id)) EXECUTE FUNCTION books_named_stay();
CREATE TRIGGER named_stay AFTER DELETE ON core_user FOR EACH ROW EXECUTE FUNCTION books_named_stay();
CREATE TRIGGER named_same AFTER UPDATE OF id ON core_user FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION books_named_stay();
CREATE TRIGGER lines_stay AFTER TRUNCATE ON party_party FOR EACH STATEMENT EXECUTE FUNCTION books_lines_stay();
CREATE TRIGGER lines_stay AFTER TRUNCATE ON core_user FOR EACH STATEMENT EXECUTE FUNCTION books_lines_stay();
