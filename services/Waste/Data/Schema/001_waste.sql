CREATE TABLE items (
    id             TEXT NOT NULL PRIMARY KEY,
    site_id        TEXT NOT NULL,
    room_id        TEXT NOT NULL,
    from_id        TEXT NOT NULL,
    batch_id       TEXT NOT NULL,
    cause          TEXT NOT NULL,
    contents       TEXT NOT NULL,
    arise_time     BIGINT NOT NULL,
    container_id   TEXT NOT NULL,
    disposed       BOOLEAN NOT NULL,
    version        BIGINT NOT NULL,
    changed_time   BIGINT NOT NULL,
    audit_hash     TEXT NOT NULL
);
CREATE INDEX items_site ON items (site_id, id);
CREATE INDEX items_container ON items (container_id);

CREATE TABLE containers (
    id             TEXT NOT NULL PRIMARY KEY,
    label          TEXT NOT NULL,
    site_id        TEXT NOT NULL,
    room_id        TEXT NOT NULL,
    policy         TEXT NOT NULL,
    state          TEXT NOT NULL,
    item_count     BIGINT NOT NULL,
    close_time     BIGINT,
    eligible_time  BIGINT,
    clock_nuclide  TEXT NOT NULL,
    survey         TEXT,
    dispose_time   BIGINT,
    transferee     TEXT NOT NULL,
    version        BIGINT NOT NULL,
    changed_time   BIGINT NOT NULL,
    audit_hash     TEXT NOT NULL
);
CREATE INDEX containers_site ON containers (site_id, id);

-- Copies kept by facts: samples until they are discarded, and whether a lot or batch is of carrier-added material.
CREATE TABLE samples (
    id             TEXT NOT NULL PRIMARY KEY,
    batch_id       TEXT NOT NULL,
    site_id        TEXT NOT NULL,
    room_id        TEXT NOT NULL,
    contents       TEXT NOT NULL
);

CREATE TABLE routes (
    source_id      TEXT NOT NULL PRIMARY KEY,
    carrier_added  BOOLEAN NOT NULL
);
