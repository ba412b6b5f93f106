-- What holds for values of dimensions, and what is kept of them when a period closes. What holds for lines that name some is in lines.sql.

-- A value stays of its dimension and keeps its code, since lines carry it; it stands below a value of its own dimension.
CREATE OR REPLACE FUNCTION books_dimensionvalue_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.code, NEW.dimension_id, NEW.company_id) IS DISTINCT FROM (OLD.code, OLD.dimension_id, OLD.company_id) THEN
        RAISE EXCEPTION 'A value keeps its code and its dimension: lines carry it.' USING ERRCODE = 'check_violation', CONSTRAINT = 'dimensionvalue_fixed';
    ELSIF NOT EXISTS (SELECT 1 FROM public.books_dimension d WHERE d.id = NEW.dimension_id AND d.company_id = NEW.company_id) THEN
        RAISE EXCEPTION 'A value belongs to the company of its dimension.' USING ERRCODE = 'check_violation', CONSTRAINT = 'dimensionvalue_of_company';
    ELSIF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    -- Two people who put values below each other at the same moment wait for each other.
    PERFORM pg_advisory_xact_lock(hashtext('books.dimension'), hashint8(NEW.dimension_id));
    IF NOT EXISTS (SELECT 1 FROM public.books_dimensionvalue p WHERE p.id = NEW.parent_id AND p.dimension_id = NEW.dimension_id) THEN
        RAISE EXCEPTION 'A value stands below a value of its own dimension.' USING ERRCODE = 'check_violation', CONSTRAINT = 'dimensionvalue_parent_fits';
    ELSIF EXISTS (
        WITH RECURSIVE above AS (
            SELECT p.id, p.parent_id FROM public.books_dimensionvalue p WHERE p.id = NEW.parent_id
            UNION SELECT p.id, p.parent_id FROM public.books_dimensionvalue p JOIN above a ON p.id = a.parent_id
        ) SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A value can''t stand below itself.' USING ERRCODE = 'check_violation', CONSTRAINT = 'dimensionvalue_not_own_parent';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER dimensionvalue_changes BEFORE INSERT OR UPDATE ON books_dimensionvalue FOR EACH ROW EXECUTE FUNCTION books_dimensionvalue_changes();

-- Closing a period folds and carries what is kept by values, reopening takes it back: the same as for the accounts (periods.sql).
CREATE OR REPLACE FUNCTION books_period_divides() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'closed' THEN
        DELETE FROM books_dimensioncarried WHERE period_id = NEW.id;
        RETURN NULL;
    END IF;
    WITH gone AS (
        DELETE FROM books_dimensionbalance b WHERE b.period_id = NEW.id AND b.slot > 0
        RETURNING b.company_id, b.value_id, b.account_id, b.unit, b.debit_minor, b.credit_minor
    )
    INSERT INTO books_dimensionbalance AS b (company_id, value_id, account_id, unit, period_id, slot, debit_minor, credit_minor)
    SELECT g.company_id, g.value_id, g.account_id, g.unit, NEW.id, 0, sum(g.debit_minor), sum(g.credit_minor)
      FROM gone g GROUP BY g.company_id, g.value_id, g.account_id, g.unit
    ON CONFLICT (value_id, account_id, period_id, unit, slot) DO UPDATE
       SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor;
    INSERT INTO books_dimensioncarried (company_id, value_id, account_id, unit, period_id, debit_minor, credit_minor)
    SELECT t.company_id, t.value_id, t.account_id, t.unit, NEW.id, sum(t.debit_minor), sum(t.credit_minor)
      FROM (
        SELECT b.company_id, b.value_id, b.account_id, b.unit, b.debit_minor, b.credit_minor FROM books_dimensionbalance b WHERE b.period_id = NEW.id
        UNION ALL
        SELECT c.company_id, c.value_id, c.account_id, c.unit, c.debit_minor, c.credit_minor FROM books_dimensioncarried c
         WHERE c.period_id = (SELECT p.id FROM books_period p WHERE p.book_id = NEW.book_id AND p.starts_on < NEW.starts_on ORDER BY p.starts_on DESC LIMIT 1)
      ) t
     GROUP BY t.company_id, t.value_id, t.account_id, t.unit;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER period_divides AFTER UPDATE OF state ON books_period FOR EACH ROW 
    WHEN (OLD.state <> NEW.state AND 'closed' IN (OLD.state, NEW.state)) EXECUTE FUNCTION books_period_divides();

CREATE OR REPLACE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_dimensionbalance FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
CREATE OR REPLACE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_dimensioncarried FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
ALTER TABLE books_dimensionbalance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
