-- Deposits: what was given back and kept is what the rows say, no more than is held, and neither changes.

CREATE FUNCTION billing_guard_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed billing_deposit;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM billing_payment WHERE id = NEW.payment_id AND kind = 'deposit' AND party_id = NEW.party_id
            AND amount_minor = NEW.amount_minor AND company_id = NEW.company_id;
        IF NOT FOUND OR NEW.returned_minor + NEW.kept_minor <> 0 THEN
            RAISE EXCEPTION 'A deposit is what came for it, and nothing of it is used yet.' USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_came';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.returned_minor := OLD.returned_minor;
        allowed.kept_minor := OLD.kept_minor;
        allowed.held_minor := OLD.held_minor;
        allowed.state := OLD.state;
        IF allowed IS NOT DISTINCT FROM OLD
            AND (NEW.returned_minor, NEW.kept_minor) = (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'returned'), 0),
                                                               coalesce(sum(amount_minor) FILTER (WHERE kind <> 'returned'), 0)
                                                          FROM billing_deposituse WHERE deposit_id = NEW.id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A deposit is never changed or deleted; it is given back or kept.' USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_unchanged';
END $$;

CREATE TRIGGER guard_deposit BEFORE INSERT OR UPDATE OR DELETE ON billing_deposit FOR EACH ROW EXECUTE FUNCTION billing_guard_deposit();

CREATE FUNCTION billing_guard_deposit_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM billing_deposit WHERE id = NEW.deposit_id AND company_id = NEW.company_id FOR NO KEY UPDATE;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What became of a deposit does not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_use_unchanged';
END $$;

CREATE TRIGGER guard_deposit_use BEFORE INSERT OR UPDATE OR DELETE ON billing_deposituse
    FOR EACH ROW EXECUTE FUNCTION billing_guard_deposit_use();

CREATE FUNCTION billing_sum_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_deposit d SET returned_minor = s.returned, kept_minor = s.kept,
           state = CASE WHEN d.amount_minor = s.returned + s.kept THEN 'settled' ELSE 'held' END
      FROM (SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'returned'), 0)::bigint AS returned,
                   coalesce(sum(amount_minor) FILTER (WHERE kind <> 'returned'), 0)::bigint AS kept
              FROM billing_deposituse WHERE deposit_id = NEW.deposit_id) s
     WHERE d.id = NEW.deposit_id;
    RETURN NULL;
END $$;

CREATE TRIGGER sum_deposit AFTER INSERT ON billing_deposituse FOR EACH ROW EXECUTE FUNCTION billing_sum_deposit();
