-- Advances: money that came for one is divided over its rates, only an advance is taken over by a final invoice, and only while that is a draft
-- is one planned for it.

CREATE FUNCTION billing_guard_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce((SELECT sum((share ->> 'net_minor')::bigint + (share ->> 'tax_minor')::bigint) FROM jsonb_array_elements(NEW.shares) share), 0)
        <> (SELECT CASE WHEN advance THEN NEW.amount_minor ELSE 0 END FROM billing_invoice WHERE id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'What comes in for an advance is divided over its rates, and nothing else is.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_shares_of_advance';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_shares BEFORE INSERT ON billing_allocation FOR EACH ROW EXECUTE FUNCTION billing_guard_shares();

CREATE FUNCTION billing_guard_taken_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_invoice a LEFT JOIN billing_invoice f ON f.id = NEW.final_id
      WHERE a.id = NEW.invoice_id AND a.advance = (NEW.final_id IS NOT NULL)
        AND (f.id IS NULL OR f.kind = 'invoice' AND f.number IS NOT NULL AND NOT f.advance AND f.company_id = a.company_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'An advance is taken over by a final invoice that is issued; other invoices are written off.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'write_off_takes_advance';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_taken_over BEFORE INSERT ON billing_writeoff FOR EACH ROW EXECUTE FUNCTION billing_guard_taken_over();

CREATE FUNCTION billing_guard_advance_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_invoice WHERE id = NEW.invoice_id AND state = 'draft' AND kind = 'invoice' AND NOT advance
        AND company_id = NEW.company_id FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'An advance is planned for a draft of an invoice.' USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_planned_for_draft';
    END IF;
    PERFORM 1 FROM billing_invoice WHERE id = NEW.advance_id AND advance AND kind = 'invoice' AND number IS NOT NULL AND company_id = NEW.company_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only an advance that was asked for is deducted.' USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_planned_is_one';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_advance_plan BEFORE INSERT OR UPDATE ON billing_advanceplan FOR EACH ROW EXECUTE FUNCTION billing_guard_advance_plan();
