-- What lines say by dimensions is what their accounts demand, whoever writes. Of the rules the nearest counts: that of the account, of its
-- purpose, of the heading above it, of the one above that. Only amounts in the company's own currency are divided.
--
-- As they are: entries before the day of the rule, what cancels them, closings of years, and what is left to spread of an entry before it.
CREATE OR REPLACE FUNCTION ledger_lines_divided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_dimensionrule r WHERE r.company_id = ANY(ARRAY(SELECT DISTINCT l.company_id FROM fresh l))) THEN
        RETURN NULL;
    END IF;
    WITH RECURSIVE moved AS (
        SELECT DISTINCT l.company_id, l.account_id, l."on" FROM fresh l JOIN core_company c ON c.id = l.company_id AND c.currency = l.unit
    ), above AS (
        SELECT m.company_id, m.account_id, m."on", m.account_id AS at, 0 AS far FROM moved m
        UNION ALL
        SELECT a.company_id, a.account_id, a."on", x.parent_id, a.far + 2 FROM above a JOIN books_account x ON x.id = a.at
         WHERE x.parent_id IS NOT NULL
    ), said AS (
        SELECT a.company_id, a.account_id, a."on", r.dimension_id, r.manner, r.from_on, a.far
          FROM above a JOIN ledger_dimensionrule r ON r.company_id = a.company_id AND r.account_id = a.at AND r.from_on <= a."on"
        UNION ALL
        SELECT m.company_id, m.account_id, m."on", r.dimension_id, r.manner, r.from_on, 1
          FROM moved m JOIN ledger_accountpurpose p ON p.company_id = m.company_id AND p.account_id = m.account_id
          JOIN ledger_dimensionrule r ON r.company_id = m.company_id AND r.purpose = p.purpose AND r.from_on <= m."on"
    ), nearest AS (
        SELECT DISTINCT ON (s.company_id, s.account_id, s."on", s.dimension_id) s.*
          FROM said s ORDER BY s.company_id, s.account_id, s."on", s.dimension_id, s.far, s.manner DESC
    )
    SELECT a.code, d.name, n.manner INTO bad
      FROM fresh l JOIN core_company c ON c.id = l.company_id AND c.currency = l.unit
      JOIN nearest n ON n.company_id = l.company_id AND n.account_id = l.account_id AND n."on" = l."on" AND n.manner <> 'free'
      JOIN books_entry e ON e.id = l.entry_id JOIN books_account a ON a.id = l.account_id JOIN books_dimension d ON d.id = n.dimension_id
     WHERE (n.manner = 'required') <> EXISTS (
            SELECT 1 FROM books_dimensionvalue v WHERE v.company_id = l.company_id AND v.dimension_id = n.dimension_id AND v.code = ANY(l.dimensions)
       )
       AND e.reverses_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM ledger_fiscalyear y WHERE y.company_id = l.company_id AND e.origin = 'ledger.fiscalyear:' || y.id)
       AND NOT EXISTS (
            SELECT 1 FROM ledger_deferral f JOIN books_entry o ON o.id = f.entry_id
             WHERE f.company_id = l.company_id AND e.origin = 'ledger.deferral:' || f.id AND o."on" < n.from_on
       )
     ORDER BY l.id, d.code LIMIT 1;
    IF bad.manner = 'required' THEN
        RAISE EXCEPTION 'Each line of account % names a value of the dimension %.', bad.code, bad.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_dimension_required';
    ELSIF bad.manner = 'forbidden' THEN
        RAISE EXCEPTION 'Lines of account % name no value of the dimension %.', bad.code, bad.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_dimension_forbidden';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER lines_say_dimensions AFTER INSERT ON books_line REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_divided();

-- A rule is of an account and a dimension of its own company; headings and accounts of the ledger have rules, others none.
CREATE OR REPLACE FUNCTION ledger_dimension_rule_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM books_dimension d WHERE d.id = NEW.dimension_id AND d.company_id = NEW.company_id) OR NEW.account_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM books_account a JOIN books_book b ON b.id = a.book_id AND b.code = 'general'
         WHERE a.id = NEW.account_id AND a.company_id = NEW.company_id
    ) THEN
        RAISE EXCEPTION 'A rule is of an account of the ledger and a dimension of the same company.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dimension_rule_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER dimension_rule_fits BEFORE INSERT OR UPDATE ON ledger_dimensionrule FOR EACH ROW EXECUTE FUNCTION ledger_dimension_rule_fits();
