-- What must hold for lines, and the balances that are kept of them.

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

-- Lines of one statement: they belong to an entry of their company and day and to a usable account of its book, name parties of their
-- company, and values that exist, are in use (a reversal may name old ones) and are of different dimensions. Balances follow in the same
-- statement; they are summed from the lines that fit: where those are fewer than were entered, the first that doesn't is named.
--
-- An entry that was written by the same statement (same transaction, same command) has no other lines than these: it balances here. One
-- that was written before is counted anew, and balances at commit.
-- Entries, accounts and parties are looked up once each, by key, whatever the tables hold: a plan made for four lines serves a batch.
-- A line has no foreign keys of its own to company and account, since the balance that it goes into has both, and stays.
CREATE OR REPLACE FUNCTION books_lines_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
    mark record;
    books bigint[];
    accounts bigint[];
    parties bigint[];
    earlier bigint[];
    short bigint[];
    odd text;
    over boolean;
    divided boolean;
    entered bigint;
    placed bigint;
    fit bigint;
    first date;
    last date;
    starts date[];
    mine integer := books_take_slot();
BEGIN
    SELECT x.xmin AS transaction, x.cmin AS command INTO mark
      FROM (SELECT l.id, l."on" FROM fresh l LIMIT 1) one JOIN books_line x ON x.id = one.id AND x."on" = one."on";
    SELECT array_agg(DISTINCT k.book_id), sum(k.lines), min(k.odd) FILTER (WHERE k.together AND k.lines = k.line_count),
           bool_or(k.lines > k.line_count), array_agg(k.entry_id) FILTER (WHERE NOT k.together),
           array_agg(k.entry_id) FILTER (WHERE k.together AND k.lines < k.line_count), min(k."on"), max(k."on")
      INTO books, placed, odd, over, earlier, short, first, last
      FROM (
        SELECT i.entry_id, i."on", i.lines, i.odd, e.book_id, e.line_count, e.xmin = mark.transaction AND e.cmin = mark.command AS together
          FROM (
            SELECT u.entry_id, u.company_id, u."on", sum(u.lines) AS lines, min(u.unit) FILTER (WHERE u.total <> 0) AS odd
              FROM (
                SELECT l.entry_id, l.company_id, l."on", l.unit, count(*) AS lines, sum(l.quantity_minor) AS total
                  FROM fresh l GROUP BY l.entry_id, l.company_id, l."on", l.unit
              ) u GROUP BY u.entry_id, u.company_id, u."on"
          ) i
         CROSS JOIN LATERAL (
            SELECT x.book_id, x.line_count, x.xmin, x.cmin FROM books_entry x
             WHERE x.id = i.entry_id AND x.company_id = i.company_id AND x."on" = i."on" OFFSET 0
         ) e
      ) k;
    PERFORM pg_advisory_xact_lock_shared(hashtext('books.book'), hashint8(b.book)) FROM unnest(books) AS b (book);
    -- Days between which no period starts are summed together, so that thousands of lines ask for a few periods only.
    IF first < last THEN
        SELECT array_agg(p.starts_on ORDER BY p.starts_on) INTO starts FROM books_period p WHERE p.book_id = ANY(books) AND p.starts_on > first AND p.starts_on <= last;
    END IF;
    WITH sums AS MATERIALIZED (
        SELECT l.company_id, l.account_id, l.unit, l.party_id, min(l."on") AS first, max(l."on") AS last, count(*) AS lines,
               bool_or(cardinality(l.dimensions) > 0) AS divided,
               sum(greatest(l.quantity_minor, 0)) AS debit, sum(greatest(-l.quantity_minor, 0)) AS credit
          FROM fresh l GROUP BY l.company_id, l.account_id, l.unit, l.party_id, width_bucket(l."on", starts)
    ), fits AS MATERIALIZED (
        SELECT s.company_id, s.account_id, s.unit, p.id AS period_id, sum(s.lines) AS lines, sum(s.debit) AS debit, sum(s.credit) AS credit
          FROM sums s
         CROSS JOIN LATERAL (
            SELECT x.book_id FROM books_account x
             WHERE x.id = s.account_id AND x.book_id = ANY(books) AND x.company_id = s.company_id AND x.active AND NOT x.heading OFFSET 0
         ) a
         CROSS JOIN LATERAL (
            SELECT x.id FROM books_period x WHERE x.book_id = a.book_id AND x.starts_on <= s.first AND x.ends_on >= s.last OFFSET 0
         ) p
         WHERE s.party_id IS NULL OR (SELECT true FROM party_party x WHERE x.id = s.party_id AND x.company_id = s.company_id)
         GROUP BY s.company_id, s.account_id, s.unit, p.id
    ), balances AS (
        INSERT INTO books_balance AS b (company_id, account_id, unit, period_id, slot, debit_minor, credit_minor)
        SELECT f.company_id, f.account_id, f.unit, f.period_id, mine, f.debit, f.credit FROM fits f ORDER BY f.account_id, f.period_id, f.unit
        ON CONFLICT (account_id, period_id, unit, slot) DO UPDATE
           SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor
    )
    SELECT s.lines, s.divided, s.parties, f.lines, f.accounts INTO entered, divided, parties, fit, accounts
      FROM (SELECT sum(s.lines) AS lines, bool_or(s.divided) AS divided, array_agg(DISTINCT s.party_id) FILTER (WHERE s.party_id IS NOT NULL) AS parties FROM sums s) s
     CROSS JOIN (SELECT sum(f.lines) AS lines, array_agg(f.account_id) AS accounts FROM fits f) f;
    -- Of several books each line is looked at beside its entry; of one there is nothing more to say.
    IF placed IS DISTINCT FROM entered OR fit IS DISTINCT FROM entered OR cardinality(books) > 1 THEN
        SELECT e.id IS NOT NULL AND e.company_id = l.company_id AND e."on" = l."on" AS fits, a.id AS account, a.code, a.active, a.heading,
               l.party_id IS NOT NULL AND p.id IS NULL AS foreign_party
          INTO bad
          FROM fresh l
          LEFT JOIN books_entry e ON e.id = l.entry_id
          LEFT JOIN books_account a ON a.id = l.account_id AND a.book_id = e.book_id AND a.company_id = l.company_id
          LEFT JOIN party_party p ON p.id = l.party_id AND p.company_id = l.company_id
         WHERE (e.company_id = l.company_id AND e."on" = l."on" AND a.active AND NOT a.heading AND (l.party_id IS NULL OR p.id IS NOT NULL)) IS NOT TRUE
         ORDER BY l.id LIMIT 1;
        IF NOT FOUND THEN
            NULL;
        ELSIF NOT bad.fits THEN
            RAISE EXCEPTION 'A line has the company and the day of its entry.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_fits_entry';
        ELSIF bad.account IS NULL THEN
            RAISE EXCEPTION 'An account belongs to another book.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_of_book';
        ELSIF bad.heading THEN
            RAISE EXCEPTION 'Account % is a heading: nothing is posted to it.', bad.code USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_open';
        ELSIF NOT bad.active THEN
            RAISE EXCEPTION 'Account % is not in use any more.', bad.code USING ERRCODE = 'check_violation', CONSTRAINT = 'line_account_open';
        ELSE
            RAISE EXCEPTION 'A line names a party that this company doesn''t know.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_party_of_company';
        END IF;
        IF fit IS DISTINCT FROM entered THEN
            RAISE EXCEPTION 'The book has no period for these lines.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_period_open';
        END IF;
    END IF;
    IF parties IS NOT NULL AND (SELECT count(*) FROM (SELECT FROM party_party x WHERE x.id = ANY(parties) FOR KEY SHARE) held) < cardinality(parties) THEN
        RAISE EXCEPTION 'A line names a party that this company doesn''t know.' USING ERRCODE = 'check_violation', CONSTRAINT = 'line_party_of_company';
    END IF;
    IF over OR earlier IS NOT NULL AND EXISTS (
        SELECT 1 FROM books_entry e WHERE e.id = ANY(earlier) AND (SELECT count(*) FROM books_line x WHERE x.entry_id = e.id AND x."on" = e."on") > e.line_count
    ) THEN
        RAISE EXCEPTION 'Nothing is added to an entry that is complete.' USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_complete';
    ELSIF odd IS NOT NULL THEN
        RAISE EXCEPTION 'An entry has to balance: in % debit and credit differ.', odd USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    ELSIF short IS NOT NULL THEN
        INSERT INTO books_unfinished (company_id, entry_id) SELECT e.company_id, e.id FROM books_entry e WHERE e.id = ANY(short)
        ON CONFLICT (entry_id) DO NOTHING;
    END IF;
    PERFORM books_limits_hold(accounts);
    IF divided IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    SELECT d.code, v.id IS NULL AS unknown, NOT v.active AND e.reverses_id IS NULL AS over
      INTO bad
      FROM fresh l JOIN books_entry e ON e.id = l.entry_id CROSS JOIN unnest(l.dimensions) AS d (code)
      LEFT JOIN books_dimensionvalue v ON v.company_id = l.company_id AND v.code = d.code
     WHERE v.id IS NULL OR NOT v.active AND e.reverses_id IS NULL
     LIMIT 1;
    IF bad.unknown THEN
        RAISE EXCEPTION 'No dimension has a value %.', coalesce(bad.code, 'without a code') USING ERRCODE = 'check_violation', CONSTRAINT = 'line_dimension_known';
    ELSIF bad.over THEN
        RAISE EXCEPTION 'Value % is not in use any more.', bad.code USING ERRCODE = 'check_violation', CONSTRAINT = 'line_dimension_open';
    END IF;
    SELECT min(v.code) AS one, max(v.code) AS other INTO bad
      FROM fresh l CROSS JOIN unnest(l.dimensions) AS d (code) JOIN books_dimensionvalue v ON v.company_id = l.company_id AND v.code = d.code
     GROUP BY l.id, v.dimension_id HAVING count(*) > 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'A line names one value of each dimension: % and % are of the same one.', bad.one, bad.other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_dimension_once';
    END IF;
    INSERT INTO books_dimensionbalance AS b (company_id, value_id, account_id, unit, period_id, slot, debit_minor, credit_minor)
    SELECT l.company_id, v.id, l.account_id, l.unit, e.period_id, mine,
           coalesce(sum(l.quantity_minor) FILTER (WHERE l.quantity_minor > 0), 0), coalesce(-sum(l.quantity_minor) FILTER (WHERE l.quantity_minor < 0), 0)
      FROM fresh l JOIN books_entry e ON e.id = l.entry_id CROSS JOIN unnest(l.dimensions) AS d (code)
      JOIN books_dimensionvalue v ON v.company_id = l.company_id AND v.code = d.code
     GROUP BY l.company_id, v.id, l.account_id, l.unit, e.period_id
     ORDER BY v.id, l.account_id, e.period_id, l.unit
    ON CONFLICT (value_id, account_id, period_id, unit, slot) DO UPDATE
       SET debit_minor = b.debit_minor + excluded.debit_minor, credit_minor = b.credit_minor + excluded.credit_minor;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER lines_enter AFTER INSERT ON books_line REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION books_lines_enter();
