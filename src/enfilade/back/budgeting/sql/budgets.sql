-- The amounts of a budget change only while it is a draft, whoever writes; each is of an account of its company and of a month of its year.

CREATE OR REPLACE FUNCTION budgeting_line_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    line budgeting_budgetline;
    plan budgeting_budget;
BEGIN
    IF TG_OP = 'DELETE' THEN line := OLD; ELSE line := NEW; END IF;
    -- Whoever approves waits for who enters, and the other way round.
    SELECT b.* INTO plan FROM budgeting_budget b WHERE b.id = line.budget_id FOR KEY SHARE;
    IF plan.state <> 'draft' OR TG_OP = 'UPDATE' AND NEW.budget_id <> OLD.budget_id THEN
        RAISE EXCEPTION 'The amounts of an approved budget stay as they are; copy it to plan otherwise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_frozen';
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF NOT EXISTS (
        SELECT 1 FROM books_account a JOIN books_book b ON b.id = a.book_id AND b.code = 'general'
         WHERE a.id = NEW.account_id AND a.company_id = NEW.company_id AND plan.company_id = NEW.company_id AND NOT a.heading AND a.kind <> 'statistical'
    ) OR NEW.value_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM books_dimensionvalue v WHERE v.id = NEW.value_id AND v.company_id = NEW.company_id
    ) THEN
        RAISE EXCEPTION 'An amount is planned on an account of the ledger that takes entries.' USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_line_fits';
    ELSIF NEW.month_on < plan.starts_on OR NEW.month_on > plan.ends_on OR NEW.month_on <> greatest(date_trunc('month', NEW.month_on)::date, plan.starts_on) THEN
        RAISE EXCEPTION 'An amount is planned for a month of the year, by its first day.' USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_line_in_year';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER line_changes BEFORE INSERT OR UPDATE OR DELETE ON budgeting_budgetline FOR EACH ROW EXECUTE FUNCTION budgeting_line_changes();

-- A budget that was approved is a draft never again, and stays of its year.
CREATE OR REPLACE FUNCTION budgeting_budget_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.state = 'retired' OR (NEW.starts_on, NEW.ends_on, NEW.approved_by_id, NEW.approved_at)
        IS DISTINCT FROM (OLD.starts_on, OLD.ends_on, OLD.approved_by_id, OLD.approved_at)) OR NEW.company_id <> OLD.company_id THEN
        RAISE EXCEPTION 'A budget that was approved or retired stays as it is; copy it to plan otherwise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER budget_changes BEFORE UPDATE ON budgeting_budget FOR EACH ROW EXECUTE FUNCTION budgeting_budget_changes();
