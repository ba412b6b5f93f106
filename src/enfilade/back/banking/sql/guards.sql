-- What must never happen to what a bank said, whoever writes.

-- What is matched of a line is the sum of its matches that stand, whatever an UPDATE says; nothing else of a line changes but its owner.
CREATE OR REPLACE FUNCTION banking_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed banking_statementline;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'What the bank said is never deleted.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_line_unchanged';
    END IF;
    SELECT coalesce(sum(amount_minor), 0) INTO NEW.matched_minor FROM banking_linematch WHERE line_id = NEW.id AND undone_at IS NULL;
    NEW.state := CASE NEW.matched_minor WHEN NEW.amount_minor THEN 'matched' WHEN 0 THEN 'open' ELSE 'part' END;
    IF TG_OP = 'UPDATE' THEN
        allowed := NEW;
        allowed.matched_minor := OLD.matched_minor;
        allowed.open_minor := OLD.open_minor;
        allowed.state := OLD.state;
        allowed.owner_id := OLD.owner_id;
        IF allowed IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION 'What the bank said never changes.' USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_line_unchanged';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_line BEFORE INSERT OR UPDATE OR DELETE ON banking_statementline FOR EACH ROW EXECUTE FUNCTION banking_guard_line();

-- A match stands as it was made, until it is taken back, once.
CREATE OR REPLACE FUNCTION banking_guard_match() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed banking_linematch;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL THEN
        allowed := NEW;
        allowed.undone_at := OLD.undone_at;
        allowed.undone_by_id := OLD.undone_by_id;
        allowed.undo_entry_id := OLD.undo_entry_id;
        IF allowed IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A match is never changed or deleted; take it back instead.' USING ERRCODE = 'check_violation', CONSTRAINT = 'match_unchanged';
END $$;

CREATE OR REPLACE TRIGGER guard_match BEFORE UPDATE OR DELETE ON banking_linematch FOR EACH ROW EXECUTE FUNCTION banking_guard_match();

CREATE OR REPLACE FUNCTION banking_sum_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE banking_statementline SET matched_minor = 0 WHERE id = NEW.line_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER sum_line AFTER INSERT OR UPDATE ON banking_linematch FOR EACH ROW EXECUTE FUNCTION banking_sum_line();

-- An account at a bank is an account of this company's ledger, which holds its currency; once the bank spoke of it, it stays the one it is.
CREATE OR REPLACE FUNCTION banking_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.books_account a WHERE a.id = NEW.account_id AND a.company_id = NEW.company_id AND NOT a.heading) THEN
        RAISE EXCEPTION 'An account at a bank is an account of the ledger that takes entries.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_account_of_ledger';
    ELSIF TG_OP = 'UPDATE' AND (NEW.company_id, NEW.number, NEW.currency, NEW.account_id) IS DISTINCT FROM (OLD.company_id, OLD.number, OLD.currency, OLD.account_id)
        AND EXISTS (SELECT 1 FROM public.banking_statement s WHERE s.bank_account_id = NEW.id) THEN
        RAISE EXCEPTION 'An account with statements keeps its number, its currency and its account of the ledger.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_account_fixed';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER guard_account BEFORE INSERT OR UPDATE ON banking_bankaccount FOR EACH ROW EXECUTE FUNCTION banking_guard_account();
