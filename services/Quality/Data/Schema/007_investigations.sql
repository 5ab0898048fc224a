-- Investigations of results out of specification, and corrective and preventive actions.
ALTER TABLE results ADD COLUMN investigation_id TEXT NOT NULL DEFAULT '';

CREATE TABLE investigations (
    id                TEXT NOT NULL PRIMARY KEY,
    site_id           TEXT NOT NULL,
    batch_id          TEXT NOT NULL,
    dose_id           TEXT NOT NULL,
    test_code         TEXT NOT NULL,
    result_id         TEXT NOT NULL UNIQUE,
    deviation_id      TEXT NOT NULL,
    analyst_id        TEXT NOT NULL,
    opened_time       BIGINT NOT NULL,
    laboratory        TEXT,
    full_phase        TEXT,
    plan              TEXT,
    conclusion        TEXT NOT NULL,
    conclusion_text   TEXT NOT NULL,
    closure           TEXT,
    version           BIGINT NOT NULL,
    changed_time      BIGINT NOT NULL,
    audit_hash        TEXT NOT NULL
);
CREATE INDEX investigations_batch ON investigations (batch_id);
CREATE INDEX investigations_opened ON investigations (opened_time, id);

CREATE TABLE capas (
    id                       TEXT NOT NULL PRIMARY KEY,
    capa_reference           TEXT NOT NULL UNIQUE,
    site_id                  TEXT NOT NULL,
    action                   TEXT NOT NULL,
    owner_id                 TEXT NOT NULL,
    owner_name               TEXT NOT NULL,
    due_time                 BIGINT NOT NULL,
    effectiveness_criterion  TEXT NOT NULL,
    effectiveness_due_time   BIGINT NOT NULL,
    state                    TEXT NOT NULL,
    overdue_time             BIGINT,
    opened_by                TEXT NOT NULL,
    opened_time              BIGINT NOT NULL,
    done_text                TEXT NOT NULL,
    done_time                BIGINT,
    replan_reason            TEXT NOT NULL,
    closure                  TEXT,
    version                  BIGINT NOT NULL,
    changed_time             BIGINT NOT NULL,
    audit_hash               TEXT NOT NULL
);
CREATE INDEX capas_due ON capas (due_time, id);

CREATE TABLE capa_checks (
    capa_id       TEXT NOT NULL,
    number        BIGINT NOT NULL,
    effective     BOOLEAN NOT NULL,
    finding       TEXT NOT NULL,
    checked_by    TEXT NOT NULL,
    checked_id    TEXT NOT NULL,
    checked_time  BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    changed_time  BIGINT NOT NULL,
    audit_hash    TEXT NOT NULL,
    PRIMARY KEY (capa_id, number)
);
CREATE INDEX deviations_capa ON deviations (capa_reference);
