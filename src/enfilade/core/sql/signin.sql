-- What happened at the door stays as it was written.
DROP TRIGGER IF EXISTS append_only ON core_signinevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON core_signinevent FOR EACH ROW EXECUTE FUNCTION core_append_only();

-- Whether an account works for another company as well: the one thing about other companies that a command on an account must know.
CREATE OR REPLACE FUNCTION core_works_elsewhere(account bigint, company bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM core_membership WHERE user_id = account AND company_id <> company AND active)
$$;
