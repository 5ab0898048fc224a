CREATE TABLE things (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    amount          DOUBLE PRECISION NOT NULL,
    note            TEXT,
    sealed          BOOLEAN NOT NULL,
    made_time       BIGINT NOT NULL,
    due_time        BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);

CREATE TABLE seen (
    seq             {identity},
    fact_id         TEXT NOT NULL,
    subject         TEXT NOT NULL,
    text            TEXT NOT NULL
);
