-- Statements leave out the entries that close a year, and know them by their origin. So nobody may pass off another entry as one of them.

CREATE OR REPLACE FUNCTION ledger_closing_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closes ledger_fiscalyear;
BEGIN
    SELECT y.* INTO closes FROM ledger_fiscalyear y WHERE y.company_id = NEW.company_id AND NEW.origin = 'ledger.fiscalyear:' || y.id;
    IF closes.id IS NULL OR NEW."on" <> closes.ends_on OR closes.state = 'open' AND EXISTS (
        SELECT 1 FROM books_entry e JOIN books_line l ON l.entry_id = e.id
         WHERE e.company_id = NEW.company_id AND e.origin = NEW.origin
         GROUP BY l.account_id, l.unit HAVING sum(l.quantity_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'Only closing a year makes an entry that closes it.' USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_entry_of_year';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closing_stands AFTER INSERT ON books_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.origin LIKE 'ledger.fiscalyear:%') EXECUTE FUNCTION ledger_closing_stands();
