-- What must never happen to a bill of a supplier and to what is paid for it, whoever writes.

-- What is settled of a bill is the sum of its settlements, whatever an UPDATE says; its state follows. Approved, nothing else of it changes,
-- but that it becomes void while nothing is settled and no run has it.
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
    SELECT coalesce(sum(amount_minor), 0) INTO NEW.settled_minor FROM payables_settlement WHERE bill_id = NEW.id OR credit_id = NEW.id;
    IF OLD.state = 'draft' THEN
        IF NEW.number IS NOT NULL THEN
            SELECT count(*) AS n, coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax,
                   count(*) FILTER (WHERE account_id IS NULL) AS unknown
              INTO sums FROM payables_billline WHERE bill_id = NEW.id;
            IF sums.n = 0 OR sums.net <> NEW.net_minor OR sums.tax <> NEW.tax_minor THEN
                RAISE EXCEPTION 'A bill has lines, and its totals are their sums.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_sums_lines';
            ELSIF sums.unknown > 0 THEN
                RAISE EXCEPTION 'Say of every line what it was for.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_lines_have_account';
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

CREATE TRIGGER guard_bill BEFORE INSERT OR UPDATE OR DELETE ON payables_bill FOR EACH ROW EXECUTE FUNCTION payables_guard_bill();

-- Lines change only while their bill waits. The share lock lets an approval wait for a line that is being written, and the reverse.
CREATE OR REPLACE FUNCTION payables_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint;
    stands text;
BEGIN
    FOREACH whose IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.bill_id] WHEN 'DELETE' THEN ARRAY[OLD.bill_id]
                                      ELSE ARRAY[OLD.bill_id, NEW.bill_id] END LOOP
        SELECT state INTO stands FROM payables_bill WHERE id = whose FOR SHARE;
        IF stands <> 'draft' THEN
            RAISE EXCEPTION 'The lines of an approved bill do not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_line_unchanged';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER guard_line BEFORE INSERT OR UPDATE OR DELETE ON payables_billline FOR EACH ROW EXECUTE FUNCTION payables_guard_line();

-- Only approved bills of one supplier settle each other; a payment settles no more than it is over; what a run has is settled by its order.
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
        RETURN NEW;
    END IF;
    SELECT * INTO paid FROM payables_supplierpayment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount_minor - discount_minor), 0) INTO used FROM payables_settlement WHERE payment_id = NEW.payment_id;
    IF paid.state <> 'paid' OR paid.supplier_id <> owed.supplier_id THEN
        RAISE EXCEPTION 'Only a payment to the same supplier settles a bill.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_of_one_supplier';
    ELSIF used + NEW.amount_minor - NEW.discount_minor > paid.amount_minor THEN
        RAISE EXCEPTION 'A payment settles no more than it is over.' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_never_overused';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_settlement BEFORE INSERT ON payables_settlement FOR EACH ROW EXECUTE FUNCTION payables_guard_settlement();

CREATE OR REPLACE FUNCTION payables_sum_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payables_bill SET settled_minor = 0 WHERE id IN (NEW.bill_id, NEW.credit_id);
    RETURN NULL;
END $$;

CREATE TRIGGER sum_bill AFTER INSERT ON payables_settlement FOR EACH ROW EXECUTE FUNCTION payables_sum_bill();

-- A payment stands as it was made, until it is taken back, once.
CREATE OR REPLACE FUNCTION payables_guard_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_supplierpayment;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'paid' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.reversed_on := OLD.reversed_on;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A payment to a supplier is never changed or deleted; take it back instead.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_payment_unchanged';
END $$;

CREATE TRIGGER guard_payment BEFORE UPDATE OR DELETE ON payables_supplierpayment FOR EACH ROW EXECUTE FUNCTION payables_guard_payment();

-- An account of a supplier is what was entered; a second person confirms it, once. Another IBAN is another account.
CREATE OR REPLACE FUNCTION payables_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.company_id, NEW.supplier_id, NEW.iban, NEW.bic, NEW.holder, NEW.entered_by_id, NEW.entered_at)
            IS NOT DISTINCT FROM (OLD.company_id, OLD.supplier_id, OLD.iban, OLD.bic, OLD.holder, OLD.entered_by_id, OLD.entered_at)
        AND OLD.state <> 'ended' AND (OLD.confirmed_by_id IS NULL OR (NEW.confirmed_by_id, NEW.confirmed_at) IS NOT DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at)) THEN
        RETURN NEW;
    ELSIF TG_OP = 'INSERT' AND NEW.state = 'entered' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An account of a supplier is entered, confirmed and ended, and never changed: enter another one.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_account_unchanged';
END $$;

CREATE TRIGGER guard_account BEFORE INSERT OR UPDATE OR DELETE ON payables_supplieraccount FOR EACH ROW EXECUTE FUNCTION payables_guard_account();

-- A run is summed up from its orders while it is made. It is released over accounts that are confirmed, by nobody who entered one of them;
-- from then on it keeps everything but how far it has come.
CREATE OR REPLACE FUNCTION payables_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_paymentrun;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'draft' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'draft' THEN
        SELECT coalesce(sum(amount_minor), 0), count(*) INTO NEW.total_minor, NEW.order_count
          FROM payables_paymentorder WHERE run_id = NEW.id AND state <> 'cancelled';
        IF NEW.state = 'released' AND EXISTS (
            SELECT 1 FROM payables_paymentorder o JOIN payables_supplieraccount a ON a.id = o.supplier_account_id
             WHERE o.run_id = NEW.id AND o.state = 'planned' AND a.state <> 'confirmed') THEN
            RAISE EXCEPTION 'An account in this run is not confirmed by a second person.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'run_accounts_confirmed';
        ELSIF NEW.state = 'released' AND EXISTS (
            SELECT 1 FROM payables_paymentorder o JOIN payables_supplieraccount a ON a.id = o.supplier_account_id
             WHERE o.run_id = NEW.id AND o.state = 'planned' AND a.entered_by_id = NEW.released_by_id) THEN
            RAISE EXCEPTION 'You entered an account that this run pays to, so somebody else has to release it.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'run_not_to_own_account';
        ELSIF NEW.state = 'released' AND EXISTS (
            SELECT 1 FROM payables_paymentorder o LEFT JOIN payables_orderpart p ON p.order_id = o.id AND p.live LEFT JOIN payables_bill b ON b.id = p.bill_id
             WHERE o.run_id = NEW.id AND o.state = 'planned' GROUP BY o.id, o.amount_minor
            HAVING o.amount_minor <> sum(CASE b.kind WHEN 'bill' THEN p.amount_minor - p.discount_minor ELSE -p.amount_minor END)) THEN
            RAISE EXCEPTION 'A transfer is over the bills that it pays, less the credit notes.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'run_orders_add_up';
        ELSIF NEW.state = 'released' AND NEW.order_count = 0 THEN
            RAISE EXCEPTION 'There is nothing to pay in this run.' USING ERRCODE = 'check_violation', CONSTRAINT = 'run_not_empty';
        ELSIF (NEW.made_by_id, NEW.made_at) IS NOT DISTINCT FROM (OLD.made_by_id, OLD.made_at) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.state IN ('released', 'sent', 'done') THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.sent_by_id := OLD.sent_by_id;
        allowed.sent_at := OLD.sent_at;
        allowed.cancelled_by_id := OLD.cancelled_by_id;
        allowed.cancelled_at := OLD.cancelled_at;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD AND NEW.state <> 'draft' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A payment run that was released does not change; cancel it and make another.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_unchanged';
END $$;

CREATE TRIGGER guard_run BEFORE INSERT OR UPDATE OR DELETE ON payables_paymentrun FOR EACH ROW EXECUTE FUNCTION payables_guard_run();

-- Orders and their parts are written while their run is made; afterwards they are only paid or cancelled.
CREATE OR REPLACE FUNCTION payables_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_paymentorder;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM payables_paymentrun WHERE id = NEW.run_id AND state = 'draft' FOR NO KEY UPDATE;
        IF FOUND AND NEW.state = 'planned' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        IF allowed IS NOT DISTINCT FROM OLD AND OLD.state <> 'cancelled' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A transfer of a run does not change; take it out, or cancel the run.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_order_unchanged';
END $$;

CREATE TRIGGER guard_order BEFORE INSERT OR UPDATE OR DELETE ON payables_paymentorder FOR EACH ROW EXECUTE FUNCTION payables_guard_order();

CREATE OR REPLACE FUNCTION payables_sum_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payables_paymentrun SET total_minor = 0 WHERE id = NEW.run_id AND state = 'draft';
    RETURN NULL;
END $$;

CREATE TRIGGER sum_run AFTER INSERT OR UPDATE ON payables_paymentorder FOR EACH ROW EXECUTE FUNCTION payables_sum_run();

CREATE OR REPLACE FUNCTION payables_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_orderpart;
    owed payables_bill;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM payables_paymentorder o JOIN payables_paymentrun r ON r.id = o.run_id WHERE o.id = NEW.order_id AND r.state = 'draft';
        IF FOUND THEN
            SELECT * INTO owed FROM payables_bill WHERE id = NEW.bill_id FOR NO KEY UPDATE;
            IF owed.state IN ('open', 'part_paid') AND NEW.amount_minor <= owed.open_minor THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'A transfer pays no more of a bill than is open.' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_part_of_open_bill';
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.live := OLD.live;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What a transfer pays does not change; take it out of its run.' USING ERRCODE = 'check_violation', CONSTRAINT = 'order_part_unchanged';
END $$;

CREATE TRIGGER guard_part BEFORE INSERT OR UPDATE OR DELETE ON payables_orderpart FOR EACH ROW EXECUTE FUNCTION payables_guard_part();
