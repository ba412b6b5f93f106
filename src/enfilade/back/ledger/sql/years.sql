-- The months of a closed year stay closed, whoever writes, until the year is reopened.

CREATE OR REPLACE FUNCTION ledger_month_reopens() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM ledger_fiscalyear y JOIN books_book b ON b.id = NEW.book_id AND b.code = 'general'
         WHERE y.company_id = NEW.company_id AND y.state = 'closed' AND y.starts_on <= NEW.ends_on AND y.ends_on >= NEW.starts_on
    ) THEN
        RAISE EXCEPTION 'The year of this month is closed; reopen the year.' USING ERRCODE = 'check_violation', CONSTRAINT = 'year_is_closed';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER month_reopens AFTER UPDATE OF state ON books_period FOR EACH ROW
    WHEN (OLD.state = 'closed' AND NEW.state <> 'closed') EXECUTE FUNCTION ledger_month_reopens();
