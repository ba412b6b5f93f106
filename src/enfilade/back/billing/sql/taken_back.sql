-- What became of a deposit is taken back once; an advance of which something was not paid says that its final invoice claims it.

CREATE OR REPLACE FUNCTION billing_guard_deposit_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed billing_deposituse;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'standing' THEN
        PERFORM 1 FROM billing_deposit WHERE id = NEW.deposit_id AND company_id = NEW.company_id FOR NO KEY UPDATE;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'standing' AND NEW.state = 'undone' THEN
        PERFORM 1 FROM billing_deposit WHERE id = NEW.deposit_id FOR NO KEY UPDATE;
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.undone_on := OLD.undone_on;
        allowed.undone_by_id := OLD.undone_by_id;
        allowed.why_undone := OLD.why_undone;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What became of a deposit does not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_use_unchanged';
END $$;

CREATE OR REPLACE FUNCTION billing_sum_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_deposit d SET returned_minor = s.returned, kept_minor = s.kept,
           state = CASE WHEN s.void THEN 'void' WHEN d.amount_minor = s.returned + s.kept THEN 'settled' ELSE 'held' END
      FROM (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind IN ('returned', 'void')), 0)::bigint AS returned,
                   coalesce(sum(amount_minor) FILTER (WHERE kind NOT IN ('returned', 'void')), 0)::bigint AS kept,
                   coalesce(bool_or(kind = 'void'), false) AS void
              FROM billing_deposituse WHERE deposit_id = NEW.deposit_id AND state = 'standing') s
     WHERE d.id = NEW.deposit_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER sum_deposit AFTER INSERT OR UPDATE ON billing_deposituse FOR EACH ROW EXECUTE FUNCTION billing_sum_deposit();

-- Fires after sum_write_off, by its name: what that calls paid is replaced.
CREATE FUNCTION billing_say_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_invoice SET state = 'replaced' WHERE id = NEW.invoice_id AND state = 'paid' AND EXISTS
        (SELECT FROM billing_writeoff WHERE invoice_id = NEW.invoice_id AND kind = 'replaced' AND state = 'standing');
    RETURN NULL;
END $$;

CREATE TRIGGER sum_write_off_replaced AFTER INSERT OR UPDATE ON billing_writeoff
    FOR EACH ROW WHEN (NEW.kind = 'replaced') EXECUTE FUNCTION billing_say_replaced();
