-- What must never happen to a cheque, whoever writes.

-- Numbers of a book are used in their order, and never again.
CREATE OR REPLACE FUNCTION cheques_guard_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.next_number = NEW.first_number AND NEW.state = 'open' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND NEW.next_number >= OLD.next_number
        AND (NEW.company_id, NEW.bank_account_id, NEW.first_number, NEW.last_number)
            IS NOT DISTINCT FROM (OLD.company_id, OLD.bank_account_id, OLD.first_number, OLD.last_number) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The numbers of a cheque book are used in their order, and never again.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cheque_book_unchanged';
END $$;

CREATE TRIGGER guard_book BEFORE INSERT OR UPDATE OR DELETE ON cheques_chequebook FOR EACH ROW EXECUTE FUNCTION cheques_guard_book();

-- A cheque has a number that its book has given out, and says what its payment says; then only how far it came changes.
CREATE OR REPLACE FUNCTION cheques_guard_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed cheques_writtencheque;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM cheques_chequebook b WHERE b.id = NEW.book_id AND b.bank_account_id = NEW.bank_account_id
                          AND b.company_id = NEW.company_id AND NEW.number >= b.first_number AND NEW.number < b.next_number) THEN
            RAISE EXCEPTION 'A cheque has a number that its cheque book has given out.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cheque_number_of_book';
        ELSIF NEW.payment_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM payables_supplierpayment p WHERE p.id = NEW.payment_id AND p.company_id = NEW.company_id AND p.method = 'cheque'
               AND p.amount_minor = NEW.amount_minor AND p.currency = NEW.currency AND p.supplier_id = NEW.payee_id) THEN
            RAISE EXCEPTION 'A cheque is over what its payment is over.' USING ERRCODE = 'check_violation', CONSTRAINT = 'cheque_of_payment';
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.state <> 'void' THEN
        allowed := NEW;
        allowed.state := OLD.state;
        allowed.presented_on := OLD.presented_on;
        allowed.voided_on := OLD.voided_on;
        allowed.why := OLD.why;
        allowed.reason := OLD.reason;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A cheque that was written is never changed or deleted; make it void instead.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'cheque_unchanged';
END $$;

CREATE TRIGGER guard_written BEFORE INSERT OR UPDATE OR DELETE ON cheques_writtencheque
    FOR EACH ROW EXECUTE FUNCTION cheques_guard_written();

-- A cheque that we were given says what it says; it goes to a bank on its day at the earliest, with one slip.
CREATE OR REPLACE FUNCTION cheques_guard_received() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slip cheques_depositslip;
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND OLD.state IN ('bounced', 'given_back') AND (NEW.state, NEW.reason, NEW.ended_on)
        IS DISTINCT FROM (OLD.state, OLD.reason, OLD.ended_on) THEN
        RAISE EXCEPTION 'A cheque that came back is never changed, and none is deleted.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'received_cheque_kept';
    ELSIF TG_OP = 'UPDATE' THEN
        IF (NEW.company_id, NEW.party_id, NEW.invoice_id, NEW.number, NEW.bank, NEW.currency, NEW.amount_minor, NEW.received_on, NEW.dated_on)
                IS DISTINCT FROM
                (OLD.company_id, OLD.party_id, OLD.invoice_id, OLD.number, OLD.bank, OLD.currency, OLD.amount_minor, OLD.received_on, OLD.dated_on)
            OR OLD.slip_id IS NOT NULL AND NEW.slip_id IS DISTINCT FROM OLD.slip_id
            OR OLD.payment_id IS NOT NULL AND NEW.payment_id IS DISTINCT FROM OLD.payment_id THEN
            RAISE EXCEPTION 'A cheque that was received says what it says; it is in one slip.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'received_cheque_unchanged';
        END IF;
    END IF;
    IF NEW.slip_id IS NOT NULL THEN
        SELECT * INTO slip FROM cheques_depositslip WHERE id = NEW.slip_id;
        IF slip."on" < NEW.dated_on OR slip.currency <> NEW.currency OR slip.company_id <> NEW.company_id THEN
            RAISE EXCEPTION 'A cheque goes to the bank on the day that stands on it, or later, and in its own currency.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'received_cheque_not_before_its_day';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_received BEFORE INSERT OR UPDATE OR DELETE ON cheques_receivedcheque
    FOR EACH ROW EXECUTE FUNCTION cheques_guard_received();

-- A slip is over the cheques that went with it; it changes only in whether the bank has credited it.
CREATE OR REPLACE FUNCTION cheques_guard_slip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'deposited' OR TG_OP = 'UPDATE' AND (NEW.company_id, NEW.number, NEW.bank_account_id, NEW."on",
            NEW.currency, NEW.total_minor, NEW.cheque_count, NEW.file_id, NEW.made_by_id, NEW.made_at)
        IS NOT DISTINCT FROM (OLD.company_id, OLD.number, OLD.bank_account_id, OLD."on", OLD.currency, OLD.total_minor, OLD.cheque_count,
            OLD.file_id, OLD.made_by_id, OLD.made_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A deposit slip is never changed or deleted.' USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_unchanged';
END $$;

CREATE TRIGGER guard_slip BEFORE INSERT OR UPDATE OR DELETE ON cheques_depositslip FOR EACH ROW EXECUTE FUNCTION cheques_guard_slip();

CREATE OR REPLACE FUNCTION cheques_slip_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cheques_depositslip s LEFT JOIN cheques_receivedcheque c ON c.slip_id = s.id WHERE s.id = NEW.id
                GROUP BY s.id HAVING s.total_minor <> coalesce(sum(c.amount_minor), 0) OR s.cheque_count <> count(c.id)) THEN
        RAISE EXCEPTION 'A deposit slip is over the cheques that go with it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deposit_adds_up';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER slip_adds_up AFTER INSERT ON cheques_depositslip DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION cheques_slip_adds_up();
