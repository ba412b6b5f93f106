-- What must never happen to a claim for expenses, whoever writes.

-- A claim is summed up from its lines while it is written. Submitted, nothing of it changes but how far it has come; it is never deleted.
CREATE OR REPLACE FUNCTION expenses_guard_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A claim is never deleted; discard it instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_kept';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.number IS NOT NULL THEN
            RAISE EXCEPTION 'A claim begins by being written.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_begins_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.company_id, NEW.person_id, NEW.claimant_id, NEW.currency, NEW.opened_by_id, NEW.opened_at)
            IS DISTINCT FROM (OLD.company_id, OLD.person_id, OLD.claimant_id, OLD.currency, OLD.opened_by_id, OLD.opened_at)
        OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) OR OLD.state = 'discarded' THEN
        RAISE EXCEPTION 'Whose claim it is and its number never change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_unchanged';
    END IF;
    IF OLD.state IN ('draft', 'rejected') THEN
        SELECT coalesce(sum(amount_minor), 0), coalesce(sum(amount_minor) FILTER (WHERE paid_by = 'person'), 0), max("on")
          INTO NEW.total_minor, NEW.own_minor, NEW.last_on FROM expenses_expenseline WHERE claim_id = NEW.id;
        IF NEW.state NOT IN ('draft', 'rejected', 'submitted', 'discarded') THEN
            RAISE EXCEPTION 'A claim is submitted before it is approved.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_in_order';
        ELSIF NEW.state = 'submitted' AND NEW.last_on IS NULL THEN
            RAISE EXCEPTION 'There is nothing in this claim yet.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_not_empty';
        END IF;
    ELSIF (NEW.total_minor, NEW.own_minor, NEW.last_on, NEW.title) IS DISTINCT FROM (OLD.total_minor, OLD.own_minor, OLD.last_on, OLD.title) THEN
        RAISE EXCEPTION 'A claim that was submitted does not change; withdraw it, or have it rejected.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_unchanged';
    ELSIF OLD.state = 'submitted' AND NEW.state NOT IN ('submitted', 'draft', 'rejected', 'approved')
        OR OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'draft', 'rejected', 'posted', 'reimbursed')
        OR OLD.state IN ('posted', 'reimbursed') AND NEW.state NOT IN ('posted', 'reimbursed', 'rejected') THEN
        RAISE EXCEPTION 'A claim is submitted, approved, posted and paid back in this order.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_in_order';
    ELSIF OLD.state IN ('posted', 'reimbursed') AND NEW.state <> 'rejected'
        AND (NEW.bill_id, NEW.posted_on, NEW.approved_by_id, NEW.posted_by_id) IS DISTINCT FROM (OLD.bill_id, OLD.posted_on, OLD.approved_by_id, OLD.posted_by_id) THEN
        RAISE EXCEPTION 'A claim that was posted does not change; take it back instead.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_unchanged';
    END IF;
    IF NEW.state IN ('posted', 'reimbursed') AND (NEW.own_minor > 0) <> (NEW.bill_id IS NOT NULL) THEN
        RAISE EXCEPTION 'What a person paid herself is owed to her by a bill.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_claim_owed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_claim BEFORE INSERT OR UPDATE OR DELETE ON expenses_expenseclaim FOR EACH ROW EXECUTE FUNCTION expenses_guard_claim();

-- Lines and receipts change only while their claim is written. The lock lets a submission wait for a line, and the reverse.
CREATE OR REPLACE FUNCTION expenses_require_open(claim bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    SELECT state INTO stands FROM expenses_expenseclaim WHERE id = claim FOR NO KEY UPDATE;
    IF stands NOT IN ('draft', 'rejected') THEN
        RAISE EXCEPTION 'The expenses of a claim that was submitted do not change.' USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_line_unchanged';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION expenses_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM expenses_require_open(OLD.claim_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM expenses_require_open(NEW.claim_id);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER guard_line BEFORE INSERT OR UPDATE OR DELETE ON expenses_expenseline FOR EACH ROW EXECUTE FUNCTION expenses_guard_line();

CREATE OR REPLACE FUNCTION expenses_sum_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE expenses_expenseclaim SET total_minor = 0
     WHERE id IN (CASE TG_OP WHEN 'INSERT' THEN NULL ELSE OLD.claim_id END, CASE TG_OP WHEN 'DELETE' THEN NULL ELSE NEW.claim_id END);
    RETURN NULL;
END $$;

CREATE TRIGGER sum_claim AFTER INSERT OR UPDATE OR DELETE ON expenses_expenseline FOR EACH ROW EXECUTE FUNCTION expenses_sum_claim();

CREATE OR REPLACE FUNCTION expenses_guard_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'A receipt never changes; take it away and attach another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_unchanged';
    END IF;
    PERFORM expenses_require_open(l.claim_id) FROM expenses_expenseline l WHERE l.id = CASE TG_OP WHEN 'INSERT' THEN NEW.line_id ELSE OLD.line_id END;
    RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
END $$;

CREATE TRIGGER guard_receipt BEFORE INSERT OR UPDATE OR DELETE ON expenses_receipt FOR EACH ROW EXECUTE FUNCTION expenses_guard_receipt();
