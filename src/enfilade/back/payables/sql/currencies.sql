-- What bills in foreign currencies are worth: settlements take a part of that, which the database sums up with the amounts.

CREATE OR REPLACE FUNCTION payables_guard_bill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_bill;
    sums record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A bill is never deleted; discard it, or make it void.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_kept';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A bill begins by waiting for approval.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_begins_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(amount_minor), 0), CASE WHEN NEW.worth_minor IS NULL THEN 0
           ELSE coalesce(sum(CASE WHEN bill_id = NEW.id THEN worth_minor ELSE credit_worth_minor END), 0) END
      INTO NEW.settled_minor, NEW.gone_worth_minor FROM payables_settlement WHERE bill_id = NEW.id OR credit_id = NEW.id;
    IF OLD.state = 'draft' THEN
        IF NEW.number IS NOT NULL THEN
            SELECT count(*) AS n, coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax,
                   count(*) FILTER (WHERE account_id IS NULL) AS unknown, count(net_worth_minor) AS worths,
                   sum(net_worth_minor + tax_worth_minor) AS worth, (SELECT currency FROM core_company WHERE id = NEW.company_id) AS own
              INTO sums FROM payables_billline WHERE bill_id = NEW.id;
            IF sums.n = 0 OR sums.net <> NEW.net_minor OR sums.tax <> NEW.tax_minor THEN
                RAISE EXCEPTION 'A bill has lines, and its totals are their sums.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_sums_lines';
            ELSIF sums.unknown > 0 THEN
                RAISE EXCEPTION 'Say of every line what it was for.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_lines_have_account';
            ELSIF NEW.worth_minor IS DISTINCT FROM sums.worth OR sums.worths <> (CASE WHEN NEW.currency = sums.own THEN 0 ELSE sums.n END) THEN
                RAISE EXCEPTION 'A bill in a foreign currency is worth what its lines are worth, and no other one has a worth.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_worth_of_lines';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'void' AND OLD.state <> 'void' THEN
        IF NEW.settled_minor <> 0 OR EXISTS (SELECT 1 FROM payables_orderpart WHERE bill_id = NEW.id AND live) THEN
            RAISE EXCEPTION 'This bill is paid, credited, or in a payment run; take that back first.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_void_while_untouched';
        END IF;
    ELSIF OLD.state <> 'void' THEN
        NEW.state := CASE NEW.settled_minor WHEN NEW.total_minor THEN 'paid' WHEN 0 THEN 'open' ELSE 'part_paid' END;
    END IF;
    allowed := NEW;
    allowed.settled_minor := OLD.settled_minor;
    allowed.open_minor := OLD.open_minor;
    allowed.gone_worth_minor := OLD.gone_worth_minor;
    allowed.number_key := OLD.number_key;
    IF OLD.state <> 'void' THEN
        allowed.state := OLD.state;
        allowed.voided_on := OLD.voided_on;
    END IF;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'An approved bill does not change; make it void and enter another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_unchanged';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payables_guard_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owed payables_bill;
    credit payables_bill;
    paid payables_supplierpayment;
    undone payables_settlement;
    used bigint;
BEGIN
    SELECT * INTO owed FROM payables_bill WHERE id = NEW.bill_id FOR NO KEY UPDATE;
    IF NEW.undoes_id IS NOT NULL THEN
        SELECT * INTO undone FROM payables_settlement WHERE id = NEW.undoes_id;
        IF (undone.bill_id, undone.amount_minor, undone.discount_minor) IS DISTINCT FROM (NEW.bill_id, -NEW.amount_minor, -NEW.discount_minor)
            OR (undone.payment_id, undone.credit_id) IS DISTINCT FROM (NEW.payment_id, NEW.credit_id) THEN
            RAISE EXCEPTION 'What is taken back is what was settled.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_undone_whole';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.currency <> owed.currency OR (NEW.worth_minor IS NULL) <> (owed.worth_minor IS NULL) THEN
        RAISE EXCEPTION 'A bill is settled in its own currency, and in a foreign one with what that counts.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_in_one_currency';
    END IF;
    IF owed.kind <> 'bill' OR owed.state NOT IN ('open', 'part_paid') THEN
        RAISE EXCEPTION 'Only an approved bill that is open can be settled.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_of_open_bill';
    ELSIF EXISTS (SELECT 1 FROM payables_orderpart WHERE live AND bill_id IN (NEW.bill_id, NEW.credit_id)) THEN
        RAISE EXCEPTION 'This bill is in a payment run; take it out first.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_not_in_run';
    END IF;
    IF NEW.credit_id IS NOT NULL THEN
        SELECT * INTO credit FROM payables_bill WHERE id = NEW.credit_id FOR NO KEY UPDATE;
        IF credit.kind <> 'credit_note' OR credit.state NOT IN ('open', 'part_paid') OR credit.supplier_id <> owed.supplier_id THEN
            RAISE EXCEPTION 'Only an approved credit note of the same supplier settles a bill.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_of_one_supplier';
        END IF;
        IF credit.currency <> owed.currency THEN
            RAISE EXCEPTION 'A bill is settled by credit notes in its own currency.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_in_one_currency';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO paid FROM payables_supplierpayment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_minor - discount_minor), 0) INTO used FROM payables_settlement WHERE payment_id = NEW.payment_id;
    IF paid.currency <> owed.currency THEN
        RAISE EXCEPTION 'A bill is settled by payments in its own currency.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_in_one_currency';
    END IF;
    IF paid.state <> 'paid' OR paid.supplier_id <> owed.supplier_id THEN
        RAISE EXCEPTION 'Only a payment to the same supplier settles a bill.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_of_one_supplier';
    ELSIF used + NEW.amount_minor - NEW.discount_minor > paid.amount_minor THEN
        RAISE EXCEPTION 'A payment settles no more than it is over.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_never_overused';
    END IF;
    RETURN NEW;
END $$;
