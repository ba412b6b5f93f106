-- Accounts in the United States, and runs that pay them: never changed, checked by their check digit, and of one kind in one run.

CREATE OR REPLACE FUNCTION payables_guard_us_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'An account of a supplier is entered, confirmed and ended, and never changed: enter another one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_account_unchanged';
    ELSIF NOT banking_routing_right(NEW.routing) THEN
        RAISE EXCEPTION 'A routing number has nine digits, and the last one checks the others: one of them is wrong.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplier_account_routing';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_us_account BEFORE UPDATE ON payables_supplieraccount FOR EACH ROW
    WHEN ((NEW.routing, NEW.number, NEW.kind) IS DISTINCT FROM (OLD.routing, OLD.number, OLD.kind)) EXECUTE FUNCTION payables_guard_us_account();
CREATE TRIGGER guard_routing BEFORE INSERT ON payables_supplieraccount FOR EACH ROW
    WHEN (NEW.routing <> '') EXECUTE FUNCTION payables_guard_us_account();

CREATE OR REPLACE FUNCTION payables_guard_order_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ach boolean;
BEGIN
    SELECT scheme = 'ACH' INTO ach FROM payables_paymentrun WHERE id = NEW.run_id;
    IF ach <> (SELECT routing <> '' FROM payables_supplieraccount WHERE id = NEW.supplier_account_id) THEN
        RAISE EXCEPTION 'A run pays accounts of one kind: those with an IBAN by SEPA, those with a routing number by ACH.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_order_of_scheme';
    ELSIF ach <> (NEW.trace <> '') THEN
        RAISE EXCEPTION 'An ACH credit has a trace number, and no other transfer has one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_order_traced';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_scheme BEFORE INSERT ON payables_paymentorder FOR EACH ROW EXECUTE FUNCTION payables_guard_order_scheme();

-- By which scheme a run pays was looked at when its transfers were added.
CREATE OR REPLACE FUNCTION payables_guard_run_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A payment run that was released does not change; cancel it and make another.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_unchanged';
END $$;

CREATE TRIGGER guard_run_scheme BEFORE UPDATE ON payables_paymentrun FOR EACH ROW
    WHEN (NEW.scheme <> OLD.scheme) EXECUTE FUNCTION payables_guard_run_scheme();
