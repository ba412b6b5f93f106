-- What must never be false in a book, whoever writes: the program, a person with SQL, the owner of the tables.
-- Table names carry their schema, so that nobody's temporary table can stand in for one of them.
--
-- Whoever posts holds the book's advisory lock shared until the transaction ends; who closes a period or seals holds it alone.
-- So a posting is either finished before a close or a seal, or refused after it, and posters never wait for each other.

CREATE OR REPLACE FUNCTION books_hold_book(book bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('books.book'), hashint8(book))
$$;

-- An entry gets the period of its day, which has to be open, and comes after everything that is sealed.
CREATE OR REPLACE FUNCTION books_entry_opens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(NEW.book_id));
    SELECT p.id, p.state INTO found FROM public.books_period p
     WHERE p.book_id = NEW.book_id AND p.company_id = NEW.company_id AND p.starts_on <= NEW."on" AND p.ends_on >= NEW."on";
    IF found.id IS NULL THEN
        RAISE EXCEPTION 'The book has no period for %; open its year first.', to_char(NEW."on", 'YYYY-MM-DD')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
    ELSIF found.state <> 'open' THEN
        RAISE EXCEPTION 'The period of % is closed.', to_char(NEW."on", 'YYYY-MM-DD') USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
    END IF;
    IF EXISTS (SELECT 1 FROM public.books_bookseal s WHERE s.book_id = NEW.book_id AND s.last_entry >= NEW.id) THEN
        RAISE EXCEPTION 'An entry can''t be put in among entries that are sealed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_after_seal';
    END IF;
    NEW.period_id := found.id;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_opens BEFORE INSERT ON books_entry FOR EACH ROW EXECUTE FUNCTION books_entry_opens();

-- At commit: as many lines as the entry said, and nothing left over in any unit.
CREATE OR REPLACE FUNCTION books_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines bigint;
    odd text;
BEGIN
    SELECT sum(t.lines), max(t.unit) FILTER (WHERE t.total <> 0) INTO lines, odd
      FROM (SELECT l.unit, count(*) AS lines, sum(l.quantity_minor) AS total FROM public.books_line l WHERE l.entry_id = NEW.id GROUP BY l.unit) t;
    IF odd IS NOT NULL THEN
        RAISE EXCEPTION 'An entry has to balance: in % debit and credit differ.', odd USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    ELSIF lines IS DISTINCT FROM NEW.line_count THEN
        RAISE EXCEPTION 'An entry of % lines has %.', NEW.line_count, coalesce(lines, 0) USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_complete';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM public.books_line l WHERE l.entry_id IN (NEW.id, NEW.reverses_id)
         GROUP BY l.account_id, l.unit, coalesce(l.party_id, 0) HAVING sum(l.quantity_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'A reversal cancels every line of the entry it reverses.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reversal_cancels';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON books_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_entry_balances();

-- The first slot that no other transaction holds: it stays ours until the end, so nobody waits for the rows that we change in it.
CREATE OR REPLACE FUNCTION books_take_slot() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    mine integer;
BEGIN
    FOR slot IN 0..31 LOOP
        IF pg_try_advisory_xact_lock(hashtext('books.slot'), slot) THEN
            RETURN slot;
        END IF;
    END LOOP;
    mine := pg_backend_pid() % 32;
    PERFORM pg_advisory_xact_lock(hashtext('books.slot'), mine);
    RETURN mine;
END $$;

-- Lines belong to an entry of their company and day and to a usable account of its book; balances follow in the same statement.
CREATE OR REPLACE FUNCTION books_lines_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
    mine integer;
BEGIN
    SELECT e.id IS NOT NULL AND e.company_id = l.company_id AND e."on" = l."on" AS fits, a.id AS account, a.code, a.active, a.heading,
           l.party_id IS NOT NULL AND p.id IS NULL AS foreign_party
      INTO bad
      FROM fresh l
      LEFT JOIN books_entry e ON e.id = l.entry_id
      LEFT JOIN books_account a ON a.id = l.account_id AND a.book_id = e.book_id AND a.company_id = l.company_id
      LEFT JOIN party_party p ON p.id = l.party_id AND p.company_id = l.company_id
     WHERE (e.company_id = l.company_id AND e."on" = l."on" AND a.active AND NOT a.heading AND (l.party_id IS NULL OR p.id IS NOT NULL)
            AND (SELECT count(*) FROM books_line x WHERE x.entry_id = l.entry_id) <= e.line_count) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        IF NOT bad.fits THEN
            RAISE EXCEPTION 'A line has the company and the day of its entry.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_entry';
        ELSIF bad.account IS NULL THEN
            RAISE EXCEPTION 'An account belongs to another book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_of_book';
        ELSIF bad.heading THEN
            RAISE EXCEPTION 'Account % is a heading: nothing is posted to it.', bad.code USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_open';
        ELSIF NOT bad.active THEN
            RAISE EXCEPTION 'Account % is not in use any more.', bad.code USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_open';
        ELSIF bad.foreign_party THEN
            RAISE EXCEPTION 'A line names a party that this company doesn''t know.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_party_of_company';
        END IF;
        RAISE EXCEPTION 'Nothing is added to an entry that is complete.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_complete';
    END IF;
    mine := books_take_slot();
    INSERT INTO books_balance AS b (company_id, account_id, unit, period_id, slot, debit_minor, credit_minor)
    SELECT l.company_id, l.account_id, l.unit, e.period_id, mine,
           coalesce(sum(l.quantity_minor) FILTER (WHERE l.quantity_minor > 0), 0), coalesce(-sum(l.quantity_minor) FILTER (WHERE l.quantity_minor < 0), 0)
      FROM fresh l JOIN books_entry e ON e.id = l.entry_id
     GROUP BY l.company_id, l.account_id, l.unit, e.period_id
     ORDER BY l.account_id, e.period_id, l.unit
    ON CONFLICT (account_id, period_id, unit, slot) DO UPDATE
       SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_enter AFTER INSERT ON books_line REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION books_lines_enter();

-- Balances and carried totals are written by triggers, never directly.
CREATE OR REPLACE FUNCTION books_kept_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Balances follow from entries; nobody writes them.' USING ERRCODE = 'check_violation', CONSTRAINT = 'balance_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_balance FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
CREATE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_carried FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
-- Rows of open periods change with every posting: room on their pages lets PostgreSQL do that without touching an index.
ALTER TABLE books_balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
