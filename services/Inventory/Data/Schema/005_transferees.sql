-- Other licensees on file, to whom something may be transferred.
CREATE TABLE transferees (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    licence_number  TEXT NOT NULL,
    issuing_agency  TEXT NOT NULL,
    expire_time     BIGINT NOT NULL,
    method          TEXT NOT NULL,
    nuclides        TEXT NOT NULL,
    forms           TEXT NOT NULL,
    limit_bq        DOUBLE PRECISION NOT NULL,
    places          TEXT NOT NULL,
    evidence_id     TEXT NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);

-- Activity that was booked into a room against its gate, because it was there.
CREATE TABLE excursions (
    id              TEXT NOT NULL PRIMARY KEY,
    site_id         TEXT NOT NULL,
    holding_id      TEXT NOT NULL,
    from_room_id    TEXT NOT NULL,
    room_id         TEXT NOT NULL,
    codes           TEXT NOT NULL,
    cause_id        TEXT NOT NULL,
    time            BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL
);
CREATE INDEX excursions_site ON excursions (site_id, id);

-- The record that controls the status of a lot.
ALTER TABLE lots ADD COLUMN status_record_id TEXT NOT NULL DEFAULT '';
