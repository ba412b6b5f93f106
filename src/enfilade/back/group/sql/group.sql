-- An entry of the group balances, and has as many lines as it says: asked when the transaction commits, whoever writes.
CREATE OR REPLACE FUNCTION group_entry_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted group_consolidationentry;
    found record;
BEGIN
    IF TG_TABLE_NAME = 'group_consolidationentry' THEN
        wanted := NEW;
    ELSE
        SELECT e.* INTO wanted FROM group_consolidationentry e WHERE e.id = NEW.entry_id;
    END IF;
    SELECT count(*) AS lines, coalesce(sum(l.amount_minor), 0) AS rest, bool_and(l.company_id = wanted.company_id) AS ours INTO found
      FROM group_consolidationline l WHERE l.entry_id = wanted.id;
    IF found.rest <> 0 OR found.lines <> wanted.line_count OR found.ours IS NOT TRUE THEN
        RAISE EXCEPTION 'Debit and credit of a consolidation entry are the same, and nothing is added to it later.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'consolidation_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER consolidation_balances AFTER INSERT ON group_consolidationentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION group_entry_balances();
CREATE CONSTRAINT TRIGGER consolidation_balances AFTER INSERT ON group_consolidationline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION group_entry_balances();

-- What the group says of accounts is said of accounts of the parent's ledger that take entries.
CREATE OR REPLACE FUNCTION group_account_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted bigint := CASE TG_TABLE_NAME WHEN 'group_groupcompany' THEN (to_jsonb(NEW) ->> 'shares_account_id')::bigint ELSE (to_jsonb(NEW) ->> 'account_id')::bigint END;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM books_account a JOIN books_book b ON b.id = a.book_id AND b.code = 'general'
         WHERE a.id = wanted AND a.company_id = NEW.company_id AND NOT a.heading AND a.kind <> 'statistical'
           AND (TG_TABLE_NAME <> 'group_groupcompany' OR a.kind = 'asset')
    ) THEN
        RAISE EXCEPTION 'The group''s accounts are those of the parent''s ledger that take entries; shares stand on an asset.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'group_account_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_fits BEFORE INSERT OR UPDATE ON group_groupcompany FOR EACH ROW EXECUTE FUNCTION group_account_fits();
CREATE OR REPLACE TRIGGER account_fits BEFORE INSERT OR UPDATE ON group_accountmapping FOR EACH ROW EXECUTE FUNCTION group_account_fits();
CREATE OR REPLACE TRIGGER account_fits BEFORE INSERT ON group_consolidationline FOR EACH ROW EXECUTE FUNCTION group_account_fits();
