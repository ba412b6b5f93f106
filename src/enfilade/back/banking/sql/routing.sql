-- Routing numbers of banks in the United States: nine digits, the last one checks the others (ABA: weights 3, 7, 1, modulo 10).
CREATE OR REPLACE FUNCTION banking_routing_right(said text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN said ~ '^[0-9]{9}$' THEN
        (SELECT sum(substr(said, place, 1)::int * (ARRAY[3, 7, 1])[(place - 1) % 3 + 1]) % 10 = 0 FROM generate_series(1, 9) AS place)
        AND said <> '000000000'
    ELSE false END
$$;

CREATE OR REPLACE FUNCTION banking_guard_routing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF banking_routing_right(NEW.routing) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A routing number has nine digits, and the last one checks the others: one of them is wrong.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_account_routing';
END $$;

CREATE TRIGGER guard_routing BEFORE INSERT OR UPDATE ON banking_bankaccount
    FOR EACH ROW WHEN (NEW.routing <> '') EXECUTE FUNCTION banking_guard_routing();
