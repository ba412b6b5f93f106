-- What must never be false in a book, whoever writes: the program, a person with SQL, the owner of the tables.
-- Table names carry their schema, so that nobody's temporary table can stand in for one of them.
--
-- Whoever posts holds the book's advisory lock shared until the transaction ends; who closes a period or seals holds it alone.
-- So a posting is either finished before a close or a seal, or refused after it, and posters never wait for each other.

CREATE OR REPLACE FUNCTION books_hold_book(book bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('books.book'), hashint8(book))
$$;

-- An entry that names no period gets the one of its day. Without one there is no place for its lines either.
CREATE OR REPLACE FUNCTION books_entry_opens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT p.id INTO NEW.period_id FROM public.books_period p
     WHERE p.book_id = NEW.book_id AND p.company_id = NEW.company_id AND p.starts_on <= NEW."on" AND p.ends_on >= NEW."on";
    IF NEW.period_id IS NULL THEN
        RAISE EXCEPTION 'The book has no period for %; open its year first.', to_char(NEW."on", 'YYYY-MM-DD')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER entry_opens BEFORE INSERT ON books_entry FOR EACH ROW WHEN (NEW.period_id = 0) EXECUTE FUNCTION books_entry_opens();

-- Which of some entries have lines still to come. Refused: an entry that has more than it said, one whose lines are all there and leave
-- something over in a unit, a reversal that doesn't take back every line with its party and its dimensions.
CREATE OR REPLACE FUNCTION books_entries_short(entries bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    short bigint[];
    odd text;
    said integer;
    had bigint;
BEGIN
    SELECT array_agg(t.id) FILTER (WHERE t.lines < t.line_count), min(t.odd) FILTER (WHERE t.lines = t.line_count),
           min(t.line_count) FILTER (WHERE t.lines > t.line_count), min(t.lines) FILTER (WHERE t.lines > t.line_count)
      INTO short, odd, said, had
      FROM (
        SELECT u.id, u.line_count, sum(u.lines) AS lines, min(u.unit) FILTER (WHERE u.total <> 0) AS odd
          FROM (
            SELECT e.id, e.line_count, l.unit, count(l.unit) AS lines, sum(l.quantity_minor) AS total
              FROM public.books_entry e
              LEFT JOIN LATERAL (SELECT x.unit, x.quantity_minor FROM public.books_line x WHERE x.entry_id = e.id AND x."on" = e."on" OFFSET 0) l ON true
             WHERE e.id = ANY(entries) GROUP BY e.id, l.unit
          ) u GROUP BY u.id, u.line_count
      ) t;
    IF odd IS NOT NULL THEN
        RAISE EXCEPTION 'An entry has to balance: in % debit and credit differ.', odd USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    ELSIF said IS NOT NULL THEN
        RAISE EXCEPTION 'An entry of % lines has %.', said, had USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_complete';
    END IF;
    IF EXISTS (
        SELECT 1 FROM public.books_entry e
         CROSS JOIN LATERAL (
            SELECT 1 FROM public.books_line l WHERE l.entry_id IN (e.id, e.reverses_id)
             GROUP BY l.account_id, l.unit, coalesce(l.party_id, 0), l.dimensions HAVING sum(l.quantity_minor) <> 0 LIMIT 1
         ) rest
         WHERE e.id = ANY(entries) AND e.reverses_id IS NOT NULL AND e.id <> ALL(coalesce(short, '{}'))
    ) THEN
        RAISE EXCEPTION 'A reversal cancels every line of the entry it reverses.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reversal_cancels';
    END IF;
    RETURN short;
END $$;

-- Entries of one statement stand in the period of their day, which has to be open, and come after everything that is sealed.
-- What they say is checked with their lines (lines.sql) where one statement writes both; whoever writes line by line is checked at commit.
-- A transaction that looks at an older state of the house would not see that a period was closed meanwhile: it may not post.
-- No table is read from end to end: a plan made while it was empty would be kept when it isn't, and one line of an entry is asked for.
CREATE OR REPLACE FUNCTION books_entries_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off AS $$
DECLARE
    part record;
    state text;
    keys bigint[];
    users bigint[];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Entries are written by transactions that read what is committed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reads_committed';
    END IF;
    FOR part IN SELECT f.book_id, f.company_id, f.period_id, min(f."on") AS first, max(f."on") AS last, min(f.id) AS least
                  FROM fresh f GROUP BY f.book_id, f.company_id, f.period_id ORDER BY 1, 2, 3
    LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(part.book_id));
        SELECT p.state INTO state FROM books_period p
         WHERE p.id = part.period_id AND p.book_id = part.book_id AND p.company_id = part.company_id
           AND p.starts_on <= part.first AND p.ends_on >= part.last;
        IF state IS NULL THEN
            RAISE EXCEPTION 'An entry stands in the period of its day.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_fits';
        ELSIF state = 'soft' AND EXISTS (SELECT 1 FROM fresh f WHERE f.period_id = part.period_id AND NOT books_admitted(f.period_id, f.user_id)) THEN
            RAISE EXCEPTION 'The period of % is softly closed: somebody who may has to admit you first, with a reason.', to_char(part.first, 'YYYY-MM-DD')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_admitted';
        ELSIF state = 'closed' THEN
            RAISE EXCEPTION 'The period of % is closed.', to_char(part.first, 'YYYY-MM-DD') USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
        ELSIF EXISTS (SELECT 1 FROM books_bookseal s WHERE s.book_id = part.book_id AND s.last_entry >= part.least) THEN
            RAISE EXCEPTION 'An entry can''t be put in among entries that are sealed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_after_seal';
        END IF;
    END LOOP;
    SELECT array_agg(f.id) FILTER (WHERE f.reverses_id IS NOT NULL), array_agg(DISTINCT f.user_id) FILTER (WHERE f.user_id IS NOT NULL)
      INTO keys, users FROM fresh f;
    IF (SELECT count(*) FROM (SELECT FROM core_user u WHERE u.id = ANY(users) FOR KEY SHARE) held) < cardinality(users) THEN
        RAISE EXCEPTION 'An entry names a user who doesn''t exist.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_user_known';
    ELSIF keys IS NOT NULL THEN
        IF EXISTS (SELECT 1 FROM fresh f WHERE f.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM books_entry e WHERE e.id = f.reverses_id AND e.book_id = f.book_id)) THEN
            RAISE EXCEPTION 'A reversal is of an entry of its book.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_reverses_known';
        END IF;
        keys := books_entries_short(keys);
    END IF;
    INSERT INTO books_unfinished (company_id, entry_id)
    SELECT f.company_id, f.id FROM fresh f
     WHERE (SELECT true FROM books_line l WHERE l.entry_id = f.id AND l."on" = f."on" LIMIT 1) IS NULL OR f.id = ANY(keys)
    ON CONFLICT (entry_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER entries_enter AFTER INSERT ON books_entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION books_entries_enter();

-- Balances and carried totals are written by triggers, never directly.
CREATE OR REPLACE FUNCTION books_kept_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Balances follow from entries; nobody writes them.' USING ERRCODE = 'check_violation', CONSTRAINT = 'balance_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_balance FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
CREATE OR REPLACE TRIGGER kept_only BEFORE INSERT OR UPDATE OR DELETE ON books_carried FOR EACH STATEMENT EXECUTE FUNCTION books_kept_only();
-- Rows of open periods change with every posting: room on their pages lets PostgreSQL do that without touching an index.
ALTER TABLE books_balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
