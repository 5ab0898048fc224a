-- Tables that every service has beside its own. Subset of SQL that SQLite and PostgreSQL share;
-- two words differ: {identity} is a number that grows by itself, the primary key; append_only makes a table refuse
-- changes and deletions.

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
CREATE INDEX inbox_time ON inbox (time);

CREATE TABLE parked (
    seq             {identity},
    fact_id         TEXT NOT NULL,
    handler         TEXT NOT NULL,
    subject         TEXT NOT NULL,
    envelope        TEXT NOT NULL,
    state           TEXT NOT NULL,
    tries           BIGINT NOT NULL,
    next_time       BIGINT,
    reason          TEXT NOT NULL,
    time            BIGINT NOT NULL,
    resolved_time   BIGINT,
    resolved_by     TEXT,
    resolve_reason  TEXT,
    UNIQUE (fact_id, handler)
);
CREATE INDEX parked_waiting ON parked (handler, subject, seq) WHERE resolved_time IS NULL;

CREATE TABLE reminders (
    actor_type      TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    name            TEXT NOT NULL,
    due_time        BIGINT NOT NULL,
    next_time       BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    PRIMARY KEY (actor_type, actor_id, name)
);
CREATE INDEX reminders_next ON reminders (next_time);

CREATE TABLE requests (
    subject         TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    method          TEXT NOT NULL,
    payload_hash    TEXT NOT NULL,
    response        BYTEA NOT NULL,
    time            BIGINT NOT NULL,
    PRIMARY KEY (subject, request_id)
);
CREATE INDEX requests_time ON requests (time);

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
{append_only:audit}

CREATE TABLE leases (
    name            TEXT NOT NULL PRIMARY KEY,
    holder          TEXT NOT NULL,
    until_time      BIGINT NOT NULL
);

CREATE TABLE locks (
    name            TEXT NOT NULL PRIMARY KEY,
    taken           BIGINT NOT NULL
);
