-- What is withheld of bills: decided before a part of them is paid, and then exactly that, to the cent.

CREATE OR REPLACE FUNCTION payables_guard_withholding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owed payables_bill;
BEGIN
    SELECT * INTO owed FROM payables_bill WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.bill_id ELSE NEW.bill_id END FOR NO KEY UPDATE;
    IF TG_OP = 'UPDATE' AND NEW.bill_id <> OLD.bill_id OR owed.state NOT IN ('draft', 'open')
        OR EXISTS (SELECT 1 FROM payables_orderpart WHERE bill_id = owed.id AND live) THEN
        RAISE EXCEPTION 'What is withheld of a bill does not change once a part of it is paid, or in a payment run.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_withholding_unchanged';
    ELSIF TG_OP <> 'DELETE' AND (owed.kind <> 'bill' OR NEW.amount_minor >= owed.total_minor) THEN
        RAISE EXCEPTION 'Less than all is withheld, and only of a bill.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_withholding_below_total';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER guard_withholding BEFORE INSERT OR UPDATE OR DELETE ON payables_billwithholding
    FOR EACH ROW EXECUTE FUNCTION payables_guard_withholding();

-- Every payment withholds its share of what the bill says; the last one the rest. A trigger after guard_settlement, which holds the bill.
CREATE OR REPLACE FUNCTION payables_guard_withheld() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record;
    share numeric;
BEGIN
    IF NEW.undoes_id IS NOT NULL THEN
        IF NEW.withheld_minor <> (SELECT -withheld_minor FROM payables_settlement WHERE id = NEW.undoes_id) THEN
            RAISE EXCEPTION 'What is taken back is what was settled.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_undone_whole';
        END IF;
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(amount_minor - discount_minor), 0) AS covered, coalesce(sum(withheld_minor), 0) AS withheld
      INTO before FROM payables_settlement WHERE bill_id = NEW.bill_id AND payment_id IS NOT NULL;
    SELECT round(w.amount_minor::numeric * (before.covered + NEW.amount_minor - NEW.discount_minor) / b.total_minor) INTO share
      FROM payables_billwithholding w JOIN payables_bill b ON b.id = w.bill_id WHERE w.bill_id = NEW.bill_id AND NEW.payment_id IS NOT NULL;
    IF NEW.withheld_minor <> greatest(coalesce(share, 0) - before.withheld, 0) THEN
        RAISE EXCEPTION 'A payment withholds its share of what the bill says.' USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_withholds_share';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_settlement_withheld BEFORE INSERT ON payables_settlement FOR EACH ROW EXECUTE FUNCTION payables_guard_withheld();

-- A declaration and its lines stay as they were made; they become void with the bill that owes it.
CREATE OR REPLACE FUNCTION payables_guard_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['state', 'live']) = (to_jsonb(OLD) - ARRAY['state', 'live']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A declaration of tax withheld does not change; make the bill void that owes it.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'withholding_return_unchanged';
END $$;

CREATE TRIGGER guard_declaration BEFORE UPDATE OR DELETE ON payables_withholdingreturn FOR EACH ROW EXECUTE FUNCTION payables_guard_declaration();
CREATE TRIGGER guard_declaration BEFORE UPDATE OR DELETE ON payables_withholdingreturnline FOR EACH ROW EXECUTE FUNCTION payables_guard_declaration();
