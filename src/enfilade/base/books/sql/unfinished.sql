-- Entries whose lines come in later statements of their transaction: at commit they have all of them, and balance.
CREATE OR REPLACE FUNCTION books_entry_finishes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry record;
BEGIN
    IF books_entries_short(ARRAY[NEW.entry_id]) IS NOT NULL THEN
        SELECT e.line_count, (SELECT count(*) FROM books_line l WHERE l.entry_id = e.id) AS lines INTO entry FROM books_entry e WHERE e.id = NEW.entry_id;
        RAISE EXCEPTION 'An entry of % lines has %.', entry.line_count, entry.lines USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_complete';
    END IF;
    DELETE FROM books_unfinished WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_finishes AFTER INSERT ON books_unfinished DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_entry_finishes();
CREATE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_unfinished FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();

-- Lines refer to their entry and, through their balances, to accounts and periods; none of these is emptied while there are lines,
-- of any company.
CREATE OR REPLACE FUNCTION books_lines_stay() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_relation_size('books_line') > 0 THEN
        RAISE EXCEPTION '% can be emptied together with the lines only.', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'line_refers';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_stay AFTER TRUNCATE ON books_entry FOR EACH STATEMENT EXECUTE FUNCTION books_lines_stay();
CREATE TRIGGER lines_stay AFTER TRUNCATE ON books_balance FOR EACH STATEMENT EXECUTE FUNCTION books_lines_stay();
