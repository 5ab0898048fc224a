-- Electronic signatures, as they were given. The records that a signature stands under are found in the audit trail by its id.

CREATE TABLE signatures (
    id              TEXT NOT NULL PRIMARY KEY,
    first_id        TEXT,
    signer_id       TEXT NOT NULL,
    signer_name     TEXT NOT NULL,
    meaning         TEXT NOT NULL,
    method          TEXT NOT NULL,
    time            BIGINT NOT NULL,
    zone            TEXT NOT NULL,
    content         TEXT NOT NULL,
    content_hash    TEXT NOT NULL,
    token           TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    accept_time     BIGINT NOT NULL
);
{append_only:signatures}
CREATE INDEX audit_signature ON audit (signature_id) WHERE signature_id IS NOT NULL;
