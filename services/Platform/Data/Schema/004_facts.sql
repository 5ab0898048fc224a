-- Facts become a log that listeners read: positions in the order of commits, cursors where each listener stands, inbox rows by fact alone,
-- and what waits. {json:column:name} is a field of a JSON text.

CREATE TABLE facts (
    position        BIGINT NOT NULL PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    type            TEXT NOT NULL,
    subject         TEXT NOT NULL,
    time            BIGINT NOT NULL,
    data            TEXT NOT NULL,
    data_hash       TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    causation_id    TEXT NOT NULL,
    actor           TEXT NOT NULL,
    trace_parent    TEXT
);
INSERT INTO facts (position, id, type, subject, time, data, data_hash, correlation_id, causation_id, actor, trace_parent)
    SELECT row_number() OVER (ORDER BY seq), id, type, subject, time, data, data_hash, correlation_id, causation_id, actor, trace_parent FROM outbox;
DROP TABLE outbox;
CREATE INDEX facts_type ON facts (type, position);
CREATE INDEX facts_time ON facts (time);
{append_only:facts}

CREATE TABLE cursors (
    publisher       TEXT NOT NULL,
    type            TEXT NOT NULL,
    position        BIGINT NOT NULL,
    fact_id         TEXT NOT NULL,
    read_time       BIGINT NOT NULL,
    PRIMARY KEY (publisher, type)
);

-- What was handled before the log is known by its id: reading it again does nothing.
CREATE TABLE inbox_log (
    fact_id         TEXT NOT NULL,
    part            TEXT NOT NULL,
    publisher       TEXT NOT NULL,
    position        BIGINT NOT NULL,
    data_hash       TEXT NOT NULL,
    time            BIGINT NOT NULL,
    PRIMARY KEY (fact_id, part)
);
INSERT INTO inbox_log (fact_id, part, publisher, position, data_hash, time)
    SELECT fact_id, '', '', 0, max(data_hash), max(time) FROM inbox GROUP BY fact_id;
DROP TABLE inbox;
ALTER TABLE inbox_log RENAME TO inbox;
CREATE INDEX inbox_place ON inbox (publisher, position);
CREATE INDEX inbox_time ON inbox (time);

-- What waited before the log comes before everything in it, in the order in which it came.
CREATE TABLE waiting (
    fact_id         TEXT NOT NULL PRIMARY KEY,
    publisher       TEXT NOT NULL,
    position        BIGINT NOT NULL,
    type            TEXT NOT NULL,
    keys            TEXT NOT NULL,
    envelope        TEXT NOT NULL,
    state           TEXT NOT NULL,
    tries           BIGINT NOT NULL,
    next_time       BIGINT,
    reason          TEXT NOT NULL,
    build           TEXT NOT NULL,
    time            BIGINT NOT NULL,
    resolved_time   BIGINT,
    resolved_by     TEXT,
    resolve_reason  TEXT
);
INSERT INTO waiting (fact_id, publisher, position, type, keys, envelope, state, tries, next_time, reason, build, time, resolved_time, resolved_by, resolve_reason)
    SELECT fact_id, {json:envelope:source}, seq - 1000000000, {json:envelope:type}, '["' || subject || '"]', envelope, state, tries, next_time, reason, '', time, resolved_time, resolved_by, resolve_reason
    FROM parked WHERE seq IN (SELECT max(seq) FROM parked GROUP BY fact_id);
DROP TABLE parked;
CREATE INDEX waiting_open ON waiting (publisher, position) WHERE resolved_time IS NULL;

-- Each taking of a lease has a number.
ALTER TABLE leases ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
