-- Lines of the bank never stand for more of an entry than it moved on their account, nor for the other way.
CREATE OR REPLACE FUNCTION banking_guard_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bank bigint := (SELECT bank_account_id FROM public.banking_statementline WHERE id = NEW.line_id);
    matched bigint;
    moved bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('banking.entry'), hashint8(NEW.entry_id));
    SELECT sum(m.amount_minor) INTO matched
      FROM public.banking_linematch m JOIN public.banking_statementline s ON s.id = m.line_id
     WHERE m.entry_id = NEW.entry_id AND m.undone_at IS NULL AND s.bank_account_id = bank;
    SELECT coalesce(sum(l.quantity_minor), 0) INTO moved
      FROM public.books_line l JOIN public.banking_bankaccount b ON b.account_id = l.account_id AND b.currency = l.unit
     WHERE l.entry_id = NEW.entry_id AND b.id = bank;
    IF matched * moved < 0 OR abs(matched) > abs(moved) THEN
        RAISE EXCEPTION 'Lines of the bank already stand for this entry; less is left of it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_never_overmatched';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER guard_entry AFTER INSERT ON banking_linematch FOR EACH ROW EXECUTE FUNCTION banking_guard_entry();
