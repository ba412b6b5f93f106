-- What was signed stays as it was signed: the file, the words, the order, and what each signer said.
CREATE FUNCTION document_keep_signer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked document_signaturerequest%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('signed', 'declined') THEN
        RAISE EXCEPTION 'This signer has decided, or was asked; that does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signer_is_final', TABLE = 'document_signer';
    END IF;
    IF (NEW.request_id, NEW.place, NEW.name, NEW.company_id) IS DISTINCT FROM (OLD.request_id, OLD.place, OLD.name, OLD.company_id) THEN
        RAISE EXCEPTION 'Who was asked to sign does not change. Withdraw the request and ask anew.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signer_is_final', TABLE = 'document_signer';
    END IF;
    IF NEW.state = 'signed' THEN
        SELECT * INTO asked FROM document_signaturerequest r WHERE r.id = NEW.request_id FOR SHARE;
        IF asked.state <> 'open' THEN
            RAISE EXCEPTION 'This request is closed; nothing can be signed by it any more.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_is_closed', TABLE = 'document_signer';
        END IF;
        IF asked.sha256 <> NEW.signed_sha256 THEN
            RAISE EXCEPTION 'What was read is not what is to be signed. Read it again.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_what_was_read', TABLE = 'document_signer';
        END IF;
        IF EXISTS (SELECT FROM document_signer s WHERE s.request_id = NEW.request_id AND s.place < NEW.place AND s.state <> 'signed') THEN
            RAISE EXCEPTION 'Somebody signs before you. You are asked when it is your turn.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_in_order', TABLE = 'document_signer';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER document_keep_signer BEFORE UPDATE OR DELETE ON document_signer FOR EACH ROW EXECUTE FUNCTION document_keep_signer();

CREATE FUNCTION document_keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.state = 'signed'
           AND EXISTS (SELECT FROM document_signer s WHERE s.request_id = NEW.id AND s.state <> 'signed') THEN
            RAISE EXCEPTION 'Not everybody has signed yet.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_by_all', TABLE = 'document_signaturerequest';
        END IF;
        IF OLD.state = 'open'
           AND (NEW.company_id, NEW.kind_id, NEW.file_id, NEW.sha256, NEW.consent, NEW.consent_version, NEW.message, NEW.asked_by_id, NEW.asked_at)
               IS NOT DISTINCT FROM
               (OLD.company_id, OLD.kind_id, OLD.file_id, OLD.sha256, OLD.consent, OLD.consent_version, OLD.message, OLD.asked_by_id, OLD.asked_at)
        THEN
            RETURN NEW;
        END IF;
        -- The papers of a merged party go along, closed or not.
        IF to_jsonb(NEW) - 'party_id' = to_jsonb(OLD) - 'party_id'
           AND EXISTS (SELECT FROM party_party p WHERE p.id = OLD.party_id AND p.merged_into_id = NEW.party_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What people were asked to sign does not change, and what became of it stays.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_is_final', TABLE = 'document_signaturerequest';
END $$;

CREATE TRIGGER document_keep_signature BEFORE UPDATE OR DELETE ON document_signaturerequest
    FOR EACH ROW EXECUTE FUNCTION document_keep_signature();
