-- Instalments: those of terms are all of it, those of an invoice sum to its total, and neither changes behind an issued invoice.

CREATE OR REPLACE FUNCTION billing_guard_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    SELECT count(*) AS n, coalesce(sum(percent), 0) AS percent, coalesce(min(percent), 1) AS least, coalesce(bool_and(days > before), true) AS later
      INTO found FROM (SELECT (p.part ->> 'percent')::numeric AS percent, (p.part ->> 'days')::int AS days,
                              coalesce(lag((p.part ->> 'days')::int) OVER (ORDER BY p.place), -1) AS before
                         FROM jsonb_array_elements(NEW.parts) WITH ORDINALITY AS p (part, place)) parts;
    IF found.n > 0 AND (found.n < 2 OR found.percent <> 100 OR found.least <= 0 OR NOT found.later) THEN
        RAISE EXCEPTION 'Instalments are at least two, each later than the one before, and together 100 percent.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_terms_parts_whole';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_terms BEFORE INSERT OR UPDATE ON billing_paymentterms FOR EACH ROW EXECUTE FUNCTION billing_guard_terms();

CREATE OR REPLACE FUNCTION billing_guard_instalment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT state INTO stands FROM billing_invoice WHERE id = NEW.invoice_id AND company_id = NEW.company_id FOR SHARE;
        IF stands = 'draft' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The instalments of an issued invoice do not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'instalment_unchanged';
END $$;

CREATE TRIGGER guard_instalment BEFORE INSERT OR UPDATE OR DELETE ON billing_instalment
    FOR EACH ROW EXECUTE FUNCTION billing_guard_instalment();

CREATE OR REPLACE FUNCTION billing_sum_instalments(bill bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_invoice i
      LEFT JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS amount, max(up_to_minor) AS up_to, max(due_on) AS last, min(due_on) AS first,
                                bool_and(up_to_minor = amount_minor + before AND due_on >= earlier) AS running
                           FROM (SELECT amount_minor, up_to_minor, due_on,
                                        coalesce(lag(up_to_minor) OVER (ORDER BY number), 0) AS before,
                                        coalesce(lag(due_on) OVER (ORDER BY number), due_on) AS earlier
                                   FROM billing_instalment WHERE invoice_id = bill) parts) s ON true
     WHERE i.id = bill AND (i.number IS NULL OR (i.total_minor, i.total_minor, i.due_on) IS DISTINCT FROM (s.amount, s.up_to, s.last)
                            OR NOT s.running OR s.first < i.issued_on);
    IF FOUND THEN
        RAISE EXCEPTION 'The instalments of an invoice are its total, and the last is due when it is.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'instalments_sum_total';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION billing_check_instalment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_sum_instalments(NEW.invoice_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION billing_check_instalments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing_sum_instalments(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER instalments_sum_total AFTER INSERT ON billing_instalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_instalment();

CREATE CONSTRAINT TRIGGER instalments_of_invoice AFTER UPDATE ON billing_invoice DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.number IS NULL AND NEW.number IS NOT NULL AND NEW.parts <> '[]'::jsonb AND NEW.total_minor > 0)
    EXECUTE FUNCTION billing_check_instalments();
