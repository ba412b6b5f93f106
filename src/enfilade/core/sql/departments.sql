-- Departments are a tree inside one company: nothing lies in itself, and nothing crosses to another company.
-- Moves in one company wait for each other, so that two of them can't close a circle together.

CREATE OR REPLACE FUNCTION core_department_is_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('core.department'), hashint8(NEW.company_id));
    IF NOT EXISTS (SELECT 1 FROM public.core_department d WHERE d.id = NEW.parent_id AND d.company_id = NEW.company_id) THEN
        RAISE EXCEPTION 'A department is part of a department of the same company.' USING ERRCODE = 'check_violation', CONSTRAINT = 'department_of_company';
    END IF;
    IF EXISTS (
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT d.id, d.parent_id FROM public.core_department d WHERE d.id = NEW.parent_id
            UNION SELECT d.id, d.parent_id FROM public.core_department d JOIN above a ON d.id = a.parent_id
        ) SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A department can''t be part of itself or of what lies in it.' USING ERRCODE = 'check_violation', CONSTRAINT = 'department_tree';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER department_is_tree BEFORE INSERT OR UPDATE OF parent_id, company_id ON core_department
    FOR EACH ROW EXECUTE FUNCTION core_department_is_tree();

-- What links a person, a department and a role stays inside one company. Foreign keys do not see row-level security, so this does.
CREATE OR REPLACE FUNCTION core_link_in_company() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
    other bigint;
BEGIN
    IF TG_TABLE_NAME = 'core_membership_roles' THEN
        SELECT company_id INTO one FROM public.core_membership WHERE id = NEW.membership_id;
        SELECT company_id INTO other FROM public.core_role WHERE id = NEW.role_id;
    ELSIF TG_TABLE_NAME = 'core_membership_departments' THEN
        SELECT company_id INTO one FROM public.core_membership WHERE id = NEW.membership_id;
        SELECT company_id INTO other FROM public.core_department WHERE id = NEW.department_id;
    ELSE
        SELECT company_id INTO one FROM public.core_department WHERE id = NEW.department_id;
        SELECT company_id INTO other FROM public.core_role WHERE id = NEW.role_id;
    END IF;
    IF one IS NULL OR one IS DISTINCT FROM other THEN
        RAISE EXCEPTION 'People, departments and roles are linked inside one company.' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_in_company';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_in_company BEFORE INSERT OR UPDATE ON core_membership_roles FOR EACH ROW EXECUTE FUNCTION core_link_in_company();
CREATE TRIGGER link_in_company BEFORE INSERT OR UPDATE ON core_membership_departments FOR EACH ROW EXECUTE FUNCTION core_link_in_company();
CREATE TRIGGER link_in_company BEFORE INSERT OR UPDATE ON core_department_roles FOR EACH ROW EXECUTE FUNCTION core_link_in_company();
