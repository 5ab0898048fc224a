-- What keeps records, or a service's messages, longer than their period; lifted, never deleted.
CREATE TABLE legal_holds (
    id              TEXT NOT NULL PRIMARY KEY,
    entity          TEXT NOT NULL,
    entity_id       TEXT NOT NULL,
    reason          TEXT NOT NULL,
    placed_by       TEXT NOT NULL,
    place_time      BIGINT NOT NULL,
    lifted_by       TEXT,
    lift_time       BIGINT,
    lift_reason     TEXT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
