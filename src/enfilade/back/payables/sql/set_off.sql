-- A set-off has two sides over one amount in one currency; it stands as it was made, until it is undone, once.
CREATE OR REPLACE FUNCTION payables_guard_set_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed payables_setoff;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'standing'
            AND EXISTS (SELECT 1 FROM billing_payment WHERE id = NEW.received_id AND company_id = NEW.company_id AND method = 'set_off'
                           AND state = 'taken' AND amount_minor = NEW.amount_minor AND currency = NEW.currency)
            AND EXISTS (SELECT 1 FROM payables_supplierpayment WHERE id = NEW.paid_id AND company_id = NEW.company_id AND method = 'set_off'
                           AND state = 'paid' AND amount_minor = NEW.amount_minor AND currency = NEW.currency) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'A set-off has two sides, both over its whole amount.' USING ERRCODE = 'check_violation', CONSTRAINT = 'set_off_two_sides';
    ELSIF TG_OP = 'UPDATE' AND OLD.state = 'standing' AND NEW.state = 'undone' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.undone_on := OLD.undone_on;
        allowed.undone_by_id := OLD.undone_by_id;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A set-off is never changed or deleted; undo it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'set_off_unchanged';
END $$;

CREATE TRIGGER guard_set_off BEFORE INSERT OR UPDATE OR DELETE ON payables_setoff FOR EACH ROW EXECUTE FUNCTION payables_guard_set_off();
