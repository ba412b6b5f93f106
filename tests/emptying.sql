-- Removes the rows that a test left, and only those: truncating every table makes and removes a thousand files for a dozen rows.
-- A superuser puts it into the database that those of the workers are copies of, or into template1; where it is missing, tables are truncated.
create schema if not exists testing;
grant usage on schema testing to public;
create or replace function testing.empty_tables(names text[]) returns void
language plpgsql security definer set session_replication_role = replica set search_path = pg_catalog as $$
declare
    name text;
    filled boolean;
begin
    foreach name in array names loop
        execute format('select exists (select from public.%I)', name) into filled;
        if filled then
            execute format('delete from public.%I', name);
        end if;
    end loop;
end
$$;
