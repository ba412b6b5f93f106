-- What documents in foreign currencies are worth: what settles them takes a part of that, which the database sums up with the amounts.

CREATE OR REPLACE FUNCTION billing_gone_worth(invoice bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT ((SELECT coalesce(sum(worth_minor), 0) FROM billing_allocation WHERE invoice_id = invoice AND state = 'standing')
          + (SELECT coalesce(sum(worth_minor), 0) FROM billing_writeoff WHERE invoice_id = invoice AND state = 'standing')
          + (SELECT coalesce(sum(worth_minor), 0) FROM billing_invoice WHERE cancels_id = invoice AND number IS NOT NULL))::bigint
$$;

CREATE OR REPLACE FUNCTION billing_used_worth(payment bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT ((SELECT coalesce(sum(paid_worth_minor), 0) FROM billing_allocation WHERE payment_id = payment AND state = 'standing')
          + (SELECT coalesce(sum(worth_minor), 0) FROM billing_payment WHERE refunds_id = payment))::bigint
$$;

CREATE OR REPLACE FUNCTION billing_sum_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_invoice WHERE id = NEW.invoice_id AND kind = 'invoice' AND number IS NOT NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Money is allocated to an invoice that was issued.' USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_to_invoice';
    END IF;
    PERFORM 1 FROM billing_payment p JOIN billing_invoice i ON i.id = NEW.invoice_id
      WHERE p.id = NEW.payment_id AND p.kind = 'payment' AND p.company_id = i.company_id AND p.company_id = NEW.company_id FOR NO KEY UPDATE OF p;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only a payment of the same company is allocated.' USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_payment';
    END IF;
    PERFORM 1 FROM billing_payment p JOIN billing_invoice i ON i.id = NEW.invoice_id
      WHERE p.id = NEW.payment_id AND p.currency = i.currency AND NEW.currency = CASE WHEN i.worth_minor IS NULL THEN '' ELSE i.currency END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A payment settles invoices in its own currency.' USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_in_one_currency';
    END IF;
    UPDATE billing_payment p SET allocated_minor = (SELECT coalesce(sum(amount_minor), 0) FROM billing_allocation
                                                     WHERE payment_id = NEW.payment_id AND state = 'standing'),
           gone_worth_minor = CASE WHEN p.worth_minor IS NULL THEN 0 ELSE billing_used_worth(p.id) END
     WHERE p.id = NEW.payment_id;
    UPDATE billing_invoice i SET paid_minor = s.paid, gone_worth_minor = CASE WHEN i.worth_minor IS NULL THEN 0 ELSE billing_gone_worth(i.id) END, state = billing_state_of(i.total_minor, s.paid, i.credited_minor, i.deducted_minor, i.written_off_minor)
      FROM (SELECT coalesce(sum(amount_minor), 0)::bigint AS paid FROM billing_allocation WHERE invoice_id = NEW.invoice_id AND state = 'standing') s
     WHERE i.id = NEW.invoice_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION billing_sum_write_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM billing_invoice WHERE id = NEW.invoice_id AND kind = 'invoice' AND number IS NOT NULL
        AND NEW.currency = CASE WHEN worth_minor IS NULL THEN '' ELSE currency END FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only an invoice that was issued is written off.' USING ERRCODE = 'check_violation', CONSTRAINT = 'write_off_of_invoice';
    END IF;
    UPDATE billing_invoice i SET deducted_minor = s.deducted, written_off_minor = s.written_off,
           gone_worth_minor = CASE WHEN i.worth_minor IS NULL THEN 0 ELSE billing_gone_worth(i.id) END,
           state = billing_state_of(i.total_minor, i.paid_minor, i.credited_minor, s.deducted, s.written_off)
      FROM (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind <> 'bad_debt'), 0)::bigint AS deducted,
                   coalesce(sum(amount_minor) FILTER (WHERE kind = 'bad_debt'), 0)::bigint AS written_off
              FROM billing_writeoff WHERE invoice_id = NEW.invoice_id AND state = 'standing') s
     WHERE i.id = NEW.invoice_id;
    RETURN NULL;
END $$;

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
            SELECT count(*) AS n, coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax, coalesce(sum(discount_minor), 0) AS discount,
                   count(net_worth_minor) AS worths, sum(net_worth_minor + tax_worth_minor) AS worth,
                   (SELECT currency FROM core_company WHERE id = NEW.company_id) AS own
              INTO sums FROM billing_invoiceline WHERE invoice_id = NEW.id;
            IF sums.n = 0 OR sums.net <> NEW.net_minor OR sums.tax <> NEW.tax_minor OR sums.discount <> NEW.discount_minor THEN
                RAISE EXCEPTION 'An invoice has lines, and its totals are their sums.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_sums_lines';
            END IF;
            IF NEW.worth_minor IS DISTINCT FROM sums.worth OR sums.worths <> (CASE WHEN NEW.currency = sums.own THEN 0 ELSE sums.n END) THEN
                RAISE EXCEPTION 'An invoice in a foreign currency is worth what its lines are worth, and no other one has a worth.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_worth_of_lines';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    allowed := NEW;
    allowed.paid_minor := OLD.paid_minor;
    allowed.credited_minor := OLD.credited_minor;
    allowed.deducted_minor := OLD.deducted_minor;
    allowed.written_off_minor := OLD.written_off_minor;
    allowed.open_minor := OLD.open_minor;
    allowed.gone_worth_minor := OLD.gone_worth_minor;
    allowed.state := OLD.state;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'An issued invoice does not change; credit it and issue another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_unchanged';
    END IF;
    IF NEW.paid_minor <> OLD.paid_minor AND NEW.paid_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM billing_allocation
                                                                WHERE invoice_id = NEW.id AND state = 'standing') THEN
        RAISE EXCEPTION 'What is paid of an invoice is what is allocated of payments.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_paid_is_allocated';
    END IF;
    IF (NEW.deducted_minor, NEW.written_off_minor) <> (OLD.deducted_minor, OLD.written_off_minor)
        AND NEW.deducted_minor + NEW.written_off_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM billing_writeoff
                                                            WHERE invoice_id = NEW.id AND state = 'standing') THEN
        RAISE EXCEPTION 'What is given up of an invoice is what its write-offs say.' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_written_off_is_summed';
    END IF;
    RETURN NEW;
END $$;

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
        IF NEW.allocated_minor <> 0 THEN
            RAISE EXCEPTION 'What is allocated of a payment is what its allocations say.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_allocated_is_summed';
        END IF;
        IF (NEW.worth_minor IS NULL) <> (NEW.currency = (SELECT currency FROM core_company WHERE id = NEW.company_id)) THEN
            RAISE EXCEPTION 'A payment in a foreign currency has a worth, and no other one has.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_worth_abroad';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'void' THEN
        IF NEW.allocated_minor <> OLD.allocated_minor AND NEW.allocated_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM billing_allocation
                                                                                   WHERE payment_id = NEW.id AND state = 'standing') THEN
            RAISE EXCEPTION 'What is allocated of a payment is what its allocations say.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_allocated_is_summed';
        END IF;
        allowed := NEW;
        allowed.refunded_minor := OLD.refunded_minor;
        allowed.allocated_minor := OLD.allocated_minor;
        allowed.gone_worth_minor := OLD.gone_worth_minor;
        allowed.rest_minor := OLD.rest_minor;
        allowed.voided_on := OLD.voided_on;
        allowed.state := OLD.state;
        IF allowed IS NOT DISTINCT FROM OLD AND NEW.refunded_minor >= OLD.refunded_minor THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A payment is never changed or deleted; refund it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_unchanged';
END $$;
