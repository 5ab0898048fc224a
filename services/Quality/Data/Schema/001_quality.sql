CREATE TABLE specifications (
    id              TEXT NOT NULL PRIMARY KEY,
    product_code    TEXT NOT NULL,
    spec_version    BIGINT NOT NULL,
    product_name    TEXT NOT NULL,
    dosage_form     TEXT NOT NULL,
    effective_time  BIGINT NOT NULL,
    tests           TEXT NOT NULL,
    approved        BOOLEAN NOT NULL,
    author_id       TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    approval        TEXT,
    approved_time   BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL,
    UNIQUE (product_code, spec_version)
);

CREATE TABLE batches (
    id                    TEXT NOT NULL PRIMARY KEY,
    batch_number          TEXT NOT NULL,
    site_id               TEXT NOT NULL,
    product_code          TEXT NOT NULL,
    specification_id      TEXT NOT NULL,
    record_version        BIGINT NOT NULL,
    record_hash           TEXT NOT NULL,
    exception_count       BIGINT NOT NULL,
    end_of_synthesis_time BIGINT,
    ready_time            BIGINT,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);

CREATE TABLE doses (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    order_id        TEXT NOT NULL,
    site_id         TEXT NOT NULL,
    product_code    TEXT NOT NULL,
    state           TEXT NOT NULL,
    measured        TEXT NOT NULL,
    volume_ml       DOUBLE PRECISION NOT NULL,
    expire_time     BIGINT NOT NULL,
    release_by_time BIGINT,
    certificate_id  TEXT NOT NULL,
    reference_id    TEXT NOT NULL,
    lost_cause      TEXT NOT NULL,
    signature       TEXT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX doses_batch ON doses (batch_id);
CREATE INDEX doses_order ON doses (order_id);
CREATE INDEX doses_expire ON doses (expire_time, id);
CREATE INDEX doses_changed ON doses (changed_time);

CREATE TABLE holds (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    origin          TEXT NOT NULL,
    reference_id    TEXT NOT NULL,
    reason          TEXT NOT NULL,
    raised_time     BIGINT NOT NULL,
    raised_by       TEXT NOT NULL,
    lifted_time     BIGINT,
    lifted_by       TEXT NOT NULL,
    lift_reason     TEXT NOT NULL,
    signature       TEXT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX holds_batch ON holds (batch_id);

CREATE TABLE deviations (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    origin          TEXT NOT NULL,
    source_id       TEXT NOT NULL,
    code            TEXT NOT NULL,
    summary         TEXT NOT NULL,
    opened_by       TEXT NOT NULL,
    opened_time     BIGINT NOT NULL,
    conclusion      TEXT NOT NULL,
    root_cause      TEXT NOT NULL,
    capa_reference  TEXT NOT NULL,
    closure         TEXT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX deviations_batch ON deviations (batch_id);

CREATE TABLE samples (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    site_id         TEXT NOT NULL,
    room_id         TEXT NOT NULL,
    activity        TEXT NOT NULL,
    discarded_time  BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX samples_batch ON samples (batch_id);

CREATE TABLE results (
    id                TEXT NOT NULL PRIMARY KEY,
    batch_id          TEXT NOT NULL,
    dose_id           TEXT NOT NULL,
    sample_id         TEXT NOT NULL,
    test_code         TEXT NOT NULL,
    attempt           BIGINT NOT NULL,
    specification_id  TEXT NOT NULL,
    spec_version      BIGINT NOT NULL,
    method            TEXT NOT NULL,
    instrument_id     TEXT NOT NULL,
    raw_value         TEXT NOT NULL,
    number            DOUBLE PRECISION,
    unit              TEXT NOT NULL,
    limit_text        TEXT NOT NULL,
    finding           TEXT NOT NULL,
    analyst_id        TEXT NOT NULL,
    analyst_name      TEXT NOT NULL,
    measured_time     BIGINT NOT NULL,
    recorded_time     BIGINT NOT NULL,
    repeat_reason     TEXT NOT NULL,
    deviation_id      TEXT NOT NULL,
    version           BIGINT NOT NULL,
    changed_time      BIGINT NOT NULL,
    audit_hash        TEXT NOT NULL,
    UNIQUE (batch_id, dose_id, test_code, attempt)
);

CREATE TABLE certificates (
    id              TEXT NOT NULL PRIMARY KEY,
    dose_id         TEXT NOT NULL,
    document        TEXT NOT NULL,
    superseded_time BIGINT,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX certificates_dose ON certificates (dose_id);

CREATE TABLE analyses (
    id               TEXT NOT NULL PRIMARY KEY,
    dose_id          TEXT NOT NULL,
    analysis_version BIGINT NOT NULL,
    document         TEXT NOT NULL,
    version          BIGINT NOT NULL,
    changed_time     BIGINT NOT NULL,
    audit_hash       TEXT NOT NULL,
    UNIQUE (dose_id, analysis_version)
);
