-- Transfers in two phases. What is reserved is kept beside what is posted and counts against limits until it is posted, voided, or its
-- time is over: by the clock, whether the job that marks it has come by or not.

-- What is posted on these accounts, with what is pending against it, stays within their limits. Who changes an account that has limits
-- holds them until the end of the transaction, in one order, so that the next one sees what this one did.
CREATE OR REPLACE FUNCTION books_limits_hold(accounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    broken record;
BEGIN
    PERFORM FROM public.books_accountlimit x WHERE x.account_id = ANY(accounts) ORDER BY x.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT a.code, x.unit INTO broken
      FROM public.books_accountlimit x
      JOIN public.books_account a ON a.id = x.account_id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.debit_minor - b.credit_minor), 0) AS net FROM public.books_balance b WHERE b.account_id = x.account_id AND b.unit = x.unit
     ) posted
     CROSS JOIN LATERAL public.books_pending(x.account_id, x.unit) pending
     WHERE x.account_id = ANY(accounts) AND (posted.net - pending.credit_minor < x.lowest_minor OR posted.net + pending.debit_minor > x.highest_minor)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Account % would go beyond its limit in %, with what is pending.', broken.code, broken.unit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_limit_kept';
    END IF;
END $$;

-- What is reserved on an account now: what is kept, without what has expired and waits to be marked.
CREATE OR REPLACE FUNCTION books_pending(account bigint, unit text) RETURNS TABLE (debit_minor bigint, credit_minor bigint) LANGUAGE sql VOLATILE AS $$
    SELECT (kept.debit - over.debit)::bigint, (kept.credit - over.credit)::bigint
      FROM (
        SELECT coalesce(sum(b.debit_minor), 0) AS debit, coalesce(sum(b.credit_minor), 0) AS credit
          FROM public.books_pendingbalance b WHERE b.account_id = $1 AND b.unit = $2
      ) kept CROSS JOIN (
        SELECT coalesce(sum(t.quantity_minor) FILTER (WHERE t.debit_id = $1), 0) AS debit, coalesce(sum(t.quantity_minor) FILTER (WHERE t.credit_id = $1), 0) AS credit
          FROM public.books_pendingtransfer t
         WHERE (t.debit_id = $1 OR t.credit_id = $1) AND t.unit = $2 AND t.state = 'pending' AND t.expires_at <= clock_timestamp()
      ) over
$$;

CREATE OR REPLACE FUNCTION books_transfer_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A transfer is voided, never deleted.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_stays';
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(NEW.book_id));
        IF NEW.state <> 'pending' OR NEW.entry_id IS NOT NULL THEN
            RAISE EXCEPTION 'A transfer begins pending.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_begins_pending';
        ELSIF (SELECT count(*) FROM public.books_account a WHERE a.id IN (NEW.debit_id, NEW.credit_id) AND a.book_id = NEW.book_id
                  AND a.company_id = NEW.company_id AND a.active AND NOT a.heading) <> 2 THEN
            RAISE EXCEPTION 'A transfer is between two accounts of its book that are in use.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_accounts_open';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - '{state,entry_id}'::text[] <> to_jsonb(OLD) - '{state,entry_id}'::text[] THEN
        RAISE EXCEPTION 'What was reserved stays as it is.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_fixed';
    ELSIF NEW.state = OLD.state AND (NEW.entry_id IS NOT DISTINCT FROM OLD.entry_id OR OLD.entry_id IS NULL) THEN
        RETURN NEW;
    ELSIF OLD.state <> 'pending' THEN
        RAISE EXCEPTION 'This transfer is % already.', OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_settled_once';
    ELSIF NEW.state IN ('posted', 'voided') AND NEW.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'The time of this transfer is over.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_in_time';
    ELSIF NEW.state = 'expired' AND (NEW.expires_at <= clock_timestamp()) IS NOT TRUE THEN
        RAISE EXCEPTION 'The time of this transfer is not over.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_over';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER transfer_changes BEFORE INSERT OR UPDATE OR DELETE ON books_pendingtransfer FOR EACH ROW EXECUTE FUNCTION books_transfer_changes();

-- Reserving adds to what is kept, settling takes it off again, whichever way.
CREATE OR REPLACE FUNCTION books_transfer_reserves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.quantity_minor ELSE -NEW.quantity_minor END;
    mine integer := books_take_slot();
BEGIN
    INSERT INTO books_pendingbalance AS b (company_id, account_id, unit, slot, debit_minor, credit_minor)
    SELECT NEW.company_id, s.account, NEW.unit, mine, s.debit, s.credit
      FROM (VALUES (NEW.debit_id, moved, 0), (NEW.credit_id, 0, moved)) AS s (account, debit, credit) ORDER BY s.account
    ON CONFLICT (account_id, unit, slot) DO UPDATE SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor;
    IF TG_OP = 'INSERT' THEN
        PERFORM books_limits_hold(ARRAY[NEW.debit_id, NEW.credit_id]);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER transfer_reserves AFTER INSERT ON books_pendingtransfer FOR EACH ROW EXECUTE FUNCTION books_transfer_reserves();
CREATE OR REPLACE TRIGGER transfer_releases AFTER UPDATE OF state ON books_pendingtransfer FOR EACH ROW
    WHEN (OLD.state = 'pending' AND NEW.state <> 'pending') EXECUTE FUNCTION books_transfer_reserves();

-- At commit: what was posted is an entry of two lines between the two accounts, of the whole or less.
CREATE OR REPLACE FUNCTION books_transfer_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.books_pendingtransfer t
          JOIN public.books_entry e ON e.id = t.entry_id AND e.book_id = t.book_id AND e.line_count = 2
          JOIN public.books_line d ON d.entry_id = e.id AND d.account_id = t.debit_id AND d.unit = t.unit AND d.quantity_minor BETWEEN 1 AND t.quantity_minor
          JOIN public.books_line c ON c.entry_id = e.id AND c.account_id = t.credit_id AND c.unit = t.unit AND c.quantity_minor = -d.quantity_minor
         WHERE t.id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A transfer is posted by an entry between its accounts, of its quantity or less.' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_posted_fits';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transfer_posted AFTER UPDATE ON books_pendingtransfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'posted') EXECUTE FUNCTION books_transfer_posted();

-- A limit holds from the moment when it is set; who sets it waits for those who post without knowing of it.
CREATE OR REPLACE FUNCTION books_limit_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    book bigint;
BEGIN
    SELECT a.book_id INTO book FROM books_account a WHERE a.id = NEW.account_id AND a.company_id = NEW.company_id;
    IF book IS NULL THEN
        RAISE EXCEPTION 'A limit is on an account of its company.' USING ERRCODE = 'check_violation', CONSTRAINT = 'accountlimit_of_company';
    END IF;
    PERFORM books_hold_book(book);
    PERFORM books_limits_hold(ARRAY[NEW.account_id]);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER limit_changes AFTER INSERT OR UPDATE ON books_accountlimit FOR EACH ROW EXECUTE FUNCTION books_limit_changes();

CREATE OR REPLACE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_pendingbalance FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
ALTER TABLE books_pendingbalance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
