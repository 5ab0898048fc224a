-- Conditional releases with their clocks, where doses went, and recalls.
ALTER TABLE doses ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE doses ADD COLUMN package_id TEXT NOT NULL DEFAULT '';
ALTER TABLE doses ADD COLUMN ship_time BIGINT;
ALTER TABLE doses ADD COLUMN deliver_time BIGINT;

CREATE TABLE pending_tests (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    site_id         TEXT NOT NULL,
    test_code       TEXT NOT NULL,
    test_name       TEXT NOT NULL,
    state           TEXT NOT NULL,
    released_time   BIGINT NOT NULL,
    due_time        BIGINT NOT NULL,
    result_id       TEXT NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX pending_tests_batch ON pending_tests (batch_id);
CREATE INDEX pending_tests_due ON pending_tests (due_time, id);

CREATE TABLE recalls (
    id              TEXT NOT NULL PRIMARY KEY,
    site_id         TEXT NOT NULL,
    batch_id        TEXT NOT NULL,
    exercise        BOOLEAN NOT NULL,
    reason          TEXT NOT NULL,
    reference_id    TEXT NOT NULL,
    opened_by       TEXT NOT NULL,
    opened_time     BIGINT NOT NULL,
    conclusion      TEXT NOT NULL,
    closure         TEXT,
    closed_time     BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX recalls_batch ON recalls (batch_id);
CREATE INDEX recalls_opened ON recalls (opened_time, id);

CREATE TABLE recall_doses (
    recall_id       TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    answer          TEXT NOT NULL,
    remark          TEXT NOT NULL,
    answered_by     TEXT NOT NULL,
    answered_time   BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL,
    PRIMARY KEY (recall_id, dose_id)
);
CREATE INDEX recall_doses_recall ON recall_doses (recall_id);
