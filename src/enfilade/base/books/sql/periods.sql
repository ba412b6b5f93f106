-- Periods close and reopen in order; closing folds the balances and carries the totals forward; what a book is made of stays as it was posted to.

-- How little a period in a state takes: nothing is stricter than what stands before it.
CREATE OR REPLACE FUNCTION books_strictness(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(ARRAY['open', 'soft', 'closed'], state)
$$;

CREATE OR REPLACE FUNCTION books_period_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.book_id, NEW.company_id, NEW.starts_on, NEW.ends_on) IS DISTINCT FROM (OLD.book_id, OLD.company_id, OLD.starts_on, OLD.ends_on) THEN
        RAISE EXCEPTION 'The days of a period don''t change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_fixed';
    END IF;
    PERFORM books_hold_book(NEW.book_id);
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'A period begins open.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_begins_open';
        ELSIF NOT EXISTS (SELECT 1 FROM books_book b WHERE b.id = NEW.book_id AND b.company_id = NEW.company_id) THEN
            RAISE EXCEPTION 'A period belongs to the company of its book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_of_company';
        ELSIF EXISTS (SELECT 1 FROM books_period p WHERE p.book_id = NEW.book_id AND p.state <> 'open' AND p.starts_on > NEW.starts_on) THEN
            RAISE EXCEPTION 'A later period is closed; nothing can be opened before it.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_in_order';
        END IF;
        RETURN NEW;
    ELSIF books_strictness(NEW.state) > books_strictness(OLD.state) AND EXISTS (
        SELECT 1 FROM books_period p WHERE p.book_id = NEW.book_id AND p.starts_on < NEW.starts_on AND books_strictness(p.state) < books_strictness(NEW.state)
    ) THEN
        RAISE EXCEPTION 'An earlier period is still open; close that first.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_in_order';
    ELSIF books_strictness(NEW.state) < books_strictness(OLD.state) AND EXISTS (
        SELECT 1 FROM books_period p WHERE p.book_id = NEW.book_id AND p.starts_on > NEW.starts_on AND books_strictness(p.state) > books_strictness(NEW.state)
    ) THEN
        RAISE EXCEPTION 'A later period is closed; reopen that first.' USING ERRCODE = 'check_violation', CONSTRAINT = 'period_in_order';
    END IF;
    IF NEW.state = 'closed' AND OLD.state <> 'closed' THEN
        PERFORM books_carry(NEW.book_id, NEW.id, NEW.starts_on);
    ELSIF OLD.state = 'closed' AND NEW.state <> 'closed' THEN
        DELETE FROM books_carried WHERE period_id = NEW.id;
    END IF;
    RETURN NEW;
END $$;

-- Fold the slots of a period into one row each and add them to what was carried from the period before.
CREATE OR REPLACE FUNCTION books_carry(book bigint, closing bigint, starts date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (DELETE FROM public.books_balance b WHERE b.period_id = closing AND b.slot > 0 RETURNING b.company_id, b.account_id, b.unit, b.debit_minor, b.credit_minor)
    INSERT INTO public.books_balance AS b (company_id, account_id, unit, period_id, slot, debit_minor, credit_minor)
    SELECT g.company_id, g.account_id, g.unit, closing, 0, sum(g.debit_minor), sum(g.credit_minor) FROM gone g GROUP BY g.company_id, g.account_id, g.unit
    ON CONFLICT (account_id, period_id, unit, slot) DO UPDATE
       SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor;
    INSERT INTO public.books_carried (company_id, account_id, unit, period_id, debit_minor, credit_minor)
    SELECT t.company_id, t.account_id, t.unit, closing, sum(t.debit_minor), sum(t.credit_minor)
      FROM (
        SELECT b.company_id, b.account_id, b.unit, b.debit_minor, b.credit_minor FROM public.books_balance b WHERE b.period_id = closing
        UNION ALL
        SELECT c.company_id, c.account_id, c.unit, c.debit_minor, c.credit_minor FROM public.books_carried c
         WHERE c.period_id = (SELECT p.id FROM public.books_period p WHERE p.book_id = book AND p.starts_on < starts ORDER BY p.starts_on DESC LIMIT 1)
      ) t
     GROUP BY t.company_id, t.account_id, t.unit;
END $$;
REVOKE EXECUTE ON FUNCTION books_carry(bigint, bigint, date) FROM PUBLIC;
CREATE OR REPLACE TRIGGER period_changes BEFORE INSERT OR UPDATE ON books_period FOR EACH ROW EXECUTE FUNCTION books_period_changes();

CREATE OR REPLACE FUNCTION books_account_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.books_book b WHERE b.id = NEW.book_id AND b.company_id = NEW.company_id) THEN
        RAISE EXCEPTION 'An account belongs to the company of its book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_of_company';
    ELSIF NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.books_account p WHERE p.id = NEW.parent_id AND p.book_id = NEW.book_id AND p.heading) THEN
        RAISE EXCEPTION 'An account stands below a heading of its own book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_below_heading';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.book_id, NEW.company_id) IS DISTINCT FROM (OLD.book_id, OLD.company_id) THEN
            RAISE EXCEPTION 'An account stays in its book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_stays';
        END IF;
        IF NEW.parent_id IS DISTINCT FROM OLD.parent_id AND EXISTS (
            WITH RECURSIVE above AS (
                SELECT p.id, p.parent_id FROM public.books_account p WHERE p.id = NEW.parent_id
                UNION SELECT p.id, p.parent_id FROM public.books_account p JOIN above a ON p.id = a.parent_id
            ) SELECT 1 FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'An account can''t stand below itself.' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_not_own_parent';
        END IF;
        IF (NEW.kind, NEW.heading, NEW.active) IS DISTINCT FROM (OLD.kind, OLD.heading, OLD.active) THEN
            PERFORM public.books_hold_book(NEW.book_id);
        END IF;
        IF (NEW.kind <> OLD.kind OR NEW.heading AND NOT OLD.heading) AND EXISTS (SELECT 1 FROM public.books_line l WHERE l.account_id = NEW.id) THEN
            RAISE EXCEPTION 'Account % has entries: its kind stays as it is.', OLD.code USING ERRCODE = 'check_violation', CONSTRAINT = 'account_kind_fixed';
        ELSIF OLD.heading AND NOT NEW.heading AND EXISTS (SELECT 1 FROM public.books_account c WHERE c.parent_id = NEW.id) THEN
            RAISE EXCEPTION 'Accounts stand below %; it stays a heading.', OLD.code USING ERRCODE = 'check_violation', CONSTRAINT = 'account_below_heading';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_changes BEFORE INSERT OR UPDATE ON books_account FOR EACH ROW EXECUTE FUNCTION books_account_changes();
