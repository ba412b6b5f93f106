-- What must never happen to a bill, whoever writes: the command, a script at midnight, or a mistake of ours.

-- An issued document keeps everything but what was paid and credited; its header is the sum of its lines.
CREATE OR REPLACE FUNCTION billing_guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed billing_invoice;
    sums record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'An issued invoice is never deleted; credit it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_kept';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'An invoice begins as a draft.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_begins_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'draft' THEN
        IF NEW.number IS NOT NULL THEN
            SELECT count(*) AS n, coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax, coalesce(sum(discount_minor), 0) AS discount
              INTO sums FROM billing_invoiceline WHERE invoice_id = NEW.id;
            IF sums.n = 0 OR sums.net <> NEW.net_minor OR sums.tax <> NEW.tax_minor OR sums.discount <> NEW.discount_minor THEN
                RAISE EXCEPTION 'An invoice has lines, and its totals are their sums.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_sums_lines';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    allowed := NEW;
    allowed.paid_minor := OLD.paid_minor;
    allowed.credited_minor := OLD.credited_minor;
    allowed.open_minor := OLD.open_minor;
    allowed.state := OLD.state;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'An issued invoice does not change; credit it and issue another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_unchanged';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_invoice BEFORE INSERT OR UPDATE OR DELETE ON billing_invoice FOR EACH ROW EXECUTE FUNCTION billing_guard_invoice();

-- Lines change only while their bill is a draft. The share lock lets an issue wait for a line that is being written, and the reverse.
CREATE OR REPLACE FUNCTION billing_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bill bigint;
    stands text;
BEGIN
    FOREACH bill IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.invoice_id] WHEN 'DELETE' THEN ARRAY[OLD.invoice_id]
                                     ELSE ARRAY[OLD.invoice_id, NEW.invoice_id] END LOOP
        SELECT state INTO stands FROM billing_invoice WHERE id = bill FOR SHARE;
        IF stands <> 'draft' THEN
            RAISE EXCEPTION 'The lines of an issued invoice do not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_line_unchanged';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER guard_line BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceline FOR EACH ROW EXECUTE FUNCTION billing_guard_line();

-- What is on an issued bill is not charged a second time, nor changed behind it.
CREATE OR REPLACE FUNCTION billing_guard_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed billing_charge;
BEGIN
    IF OLD.state = 'open' AND TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    IF OLD.state = 'invoiced' AND TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.invoice_id := OLD.invoice_id;
        IF allowed IS NOT DISTINCT FROM OLD AND EXISTS (SELECT 1 FROM billing_invoice WHERE id = OLD.invoice_id AND number IS NULL) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A charge that is invoiced or waived does not change, and none is deleted.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'charge_unchanged';
END $$;

CREATE TRIGGER guard_charge BEFORE UPDATE OR DELETE ON billing_charge FOR EACH ROW EXECUTE FUNCTION billing_guard_charge();

-- Money that moved is never rewritten; cash moves only through a drawer that is open.
CREATE OR REPLACE FUNCTION billing_guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed billing_payment;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.drawer_id IS NOT NULL THEN
            PERFORM 1 FROM billing_drawersession WHERE id = NEW.drawer_id AND state = 'open' FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'This drawer is closed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'drawer_closed';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.refunded_minor := OLD.refunded_minor;
        allowed.state := OLD.state;
        IF allowed IS NOT DISTINCT FROM OLD AND NEW.refunded_minor >= OLD.refunded_minor THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A payment is never changed or deleted; refund it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_unchanged';
END $$;

CREATE TRIGGER guard_payment BEFORE INSERT OR UPDATE OR DELETE ON billing_payment FOR EACH ROW EXECUTE FUNCTION billing_guard_payment();

-- A count that was made stays as it was made; the float is what the session began with.
CREATE OR REPLACE FUNCTION billing_guard_drawer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'open' AND NEW.float_minor = OLD.float_minor AND NEW.drawer = OLD.drawer
        AND NEW.opened_at = OLD.opened_at AND NEW.opened_by_id = OLD.opened_by_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was counted does not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'drawer_unchanged';
END $$;

CREATE TRIGGER guard_drawer BEFORE UPDATE OR DELETE ON billing_drawersession FOR EACH ROW EXECUTE FUNCTION billing_guard_drawer();
