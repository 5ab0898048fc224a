-- Bounds outside of which a value is questioned, where they are other than the measure's own.
CREATE TABLE plausible_bounds (
    id              TEXT NOT NULL PRIMARY KEY,
    measure         TEXT NOT NULL,
    product_code    TEXT NOT NULL,
    item            TEXT NOT NULL,
    minimum         DOUBLE PRECISION NOT NULL,
    maximum         DOUBLE PRECISION NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
-- Values that were questioned and recorded all the same.
CREATE TABLE second_looks (
    id              TEXT NOT NULL PRIMARY KEY,
    site_id         TEXT NOT NULL,
    record_id       TEXT NOT NULL,
    measure         TEXT NOT NULL,
    field           TEXT NOT NULL,
    value           DOUBLE PRECISION NOT NULL,
    minimum         DOUBLE PRECISION NOT NULL,
    maximum         DOUBLE PRECISION NOT NULL,
    unit            TEXT NOT NULL,
    reason          TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    time            BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX second_looks_record ON second_looks (record_id);
