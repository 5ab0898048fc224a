-- Tables that every service has beside its own. Subset of SQL that SQLite and PostgreSQL share;
-- {identity} is the one word that differs (a number that grows by itself, the primary key).

CREATE TABLE outbox (
    seq             {identity},
    id              TEXT NOT NULL UNIQUE,
    type            TEXT NOT NULL,
    subject         TEXT NOT NULL,
    time            BIGINT NOT NULL,
    data            TEXT NOT NULL,
    data_hash       TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    causation_id    TEXT NOT NULL,
    actor           TEXT NOT NULL,
    trace_parent    TEXT,
    sent_time       BIGINT
);
CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_time IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_time) WHERE sent_time IS NOT NULL;

CREATE TABLE inbox (
    fact_id         TEXT NOT NULL,
    handler         TEXT NOT NULL,
    data_hash       TEXT NOT NULL,
    time            BIGINT NOT NULL,
    PRIMARY KEY (fact_id, handler)
);

CREATE TABLE parked (
    fact_id         TEXT NOT NULL,
    handler         TEXT NOT NULL,
    subject         TEXT NOT NULL,
    envelope        TEXT NOT NULL,
    reason          TEXT NOT NULL,
    time            BIGINT NOT NULL,
    replayed_time   BIGINT,
    replayed_by     TEXT,
    replay_reason   TEXT,
    PRIMARY KEY (fact_id, handler)
);

CREATE TABLE reminders (
    actor_type      TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    name            TEXT NOT NULL,
    due_time        BIGINT NOT NULL,
    PRIMARY KEY (actor_type, actor_id, name)
);
CREATE INDEX reminders_due ON reminders (due_time);

CREATE TABLE requests (
    subject         TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    method          TEXT NOT NULL,
    payload_hash    TEXT NOT NULL,
    response        BYTEA NOT NULL,
    time            BIGINT NOT NULL,
    PRIMARY KEY (subject, request_id)
);

CREATE TABLE audit (
    seq             {identity},
    entity          TEXT NOT NULL,
    entity_id       TEXT NOT NULL,
    version         BIGINT NOT NULL,
    time            BIGINT NOT NULL,
    zone            TEXT NOT NULL,
    offset_minutes  BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    on_behalf_of    TEXT,
    action          TEXT NOT NULL,
    changes         TEXT NOT NULL,
    reason          TEXT NOT NULL,
    causation_id    TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    signature_id    TEXT,
    previous_hash   TEXT NOT NULL,
    hash            TEXT NOT NULL,
    UNIQUE (entity, entity_id, version)
);

CREATE TABLE leases (
    name            TEXT NOT NULL PRIMARY KEY,
    holder          TEXT NOT NULL,
    until_time      BIGINT NOT NULL
);

CREATE TABLE locks (
    name            TEXT NOT NULL PRIMARY KEY,
    taken           BIGINT NOT NULL
);
