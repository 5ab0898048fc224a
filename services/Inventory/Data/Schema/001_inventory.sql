CREATE TABLE sites (
    id                   TEXT NOT NULL PRIMARY KEY,
    name                 TEXT NOT NULL,
    zone                 TEXT NOT NULL,
    near_limit_fraction  DOUBLE PRECISION NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);

CREATE TABLE rooms (
    id                   TEXT NOT NULL PRIMARY KEY,
    site_id              TEXT NOT NULL,
    name                 TEXT NOT NULL,
    kind                 TEXT NOT NULL,
    nuclides             TEXT NOT NULL,
    uses                 TEXT NOT NULL,
    forms                TEXT NOT NULL,
    status_classes       TEXT NOT NULL,
    single_nuclide       BOOLEAN NOT NULL,
    active               BOOLEAN NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);
CREATE INDEX rooms_site ON rooms (site_id, id);

CREATE TABLE licences (
    id                   TEXT NOT NULL PRIMARY KEY,
    number               TEXT NOT NULL,
    amendment            BIGINT NOT NULL,
    site_id              TEXT NOT NULL,
    jurisdiction         TEXT NOT NULL,
    effective_time       BIGINT NOT NULL,
    expire_time          BIGINT NOT NULL,
    lines                TEXT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL,
    UNIQUE (site_id, number, amendment)
);

CREATE TABLE materials (
    id                   TEXT NOT NULL PRIMARY KEY,
    name                 TEXT NOT NULL,
    radioactive          BOOLEAN NOT NULL,
    nuclide              TEXT NOT NULL,
    unit                 TEXT NOT NULL,
    gxp                  BOOLEAN NOT NULL,
    shelf_life_ticks     BIGINT,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);

CREATE TABLE suppliers (
    id                   TEXT NOT NULL PRIMARY KEY,
    name                 TEXT NOT NULL,
    licence_number       TEXT NOT NULL,
    licence_expire_time  BIGINT,
    material_codes       TEXT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);

CREATE TABLE lots (
    id                   TEXT NOT NULL PRIMARY KEY,
    material_code        TEXT NOT NULL,
    supplier_code        TEXT NOT NULL,
    supplier_batch       TEXT NOT NULL,
    site_id              TEXT NOT NULL,
    route                TEXT NOT NULL,
    declared             TEXT NOT NULL,
    quantity             DOUBLE PRECISION NOT NULL,
    quantity_left        DOUBLE PRECISION NOT NULL,
    status               TEXT NOT NULL,
    used_up              BOOLEAN NOT NULL,
    receive_time         BIGINT NOT NULL,
    expire_time          BIGINT NOT NULL,
    cost_minor           BIGINT NOT NULL,
    cost_left_minor      BIGINT NOT NULL,
    currency             TEXT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);
CREATE INDEX lots_site ON lots (site_id, id);

-- Announced receipts and planned moves: they count in every gate from their instant of arrival.
CREATE TABLE expectations (
    id                   TEXT NOT NULL PRIMARY KEY,
    site_id              TEXT NOT NULL,
    room_id              TEXT NOT NULL,
    material_code        TEXT NOT NULL,
    holding_id           TEXT NOT NULL,
    form                 TEXT NOT NULL,
    use                  TEXT NOT NULL,
    contents             TEXT NOT NULL,
    arrival_time         BIGINT NOT NULL,
    open                 BOOLEAN NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);
CREATE INDEX expectations_open ON expectations (site_id, id) WHERE open;

CREATE TABLE holdings (
    id                   TEXT NOT NULL PRIMARY KEY,
    account              TEXT NOT NULL,
    kind                 TEXT NOT NULL,
    site_id              TEXT NOT NULL,
    room_id              TEXT NOT NULL,
    form                 TEXT NOT NULL,
    use                  TEXT NOT NULL,
    status               TEXT NOT NULL,
    batch_id             TEXT NOT NULL,
    open                 BOOLEAN NOT NULL,
    record_closed        BOOLEAN NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);
CREATE INDEX holdings_open ON holdings (site_id, id) WHERE open;

-- What the ledger adds up to for each holding; kept beside it so that a gate reads few rows. A test compares the two.
CREATE TABLE holding_lines (
    holding_id           TEXT NOT NULL,
    nuclide              TEXT NOT NULL,
    data_version         TEXT NOT NULL,
    bq                   DOUBLE PRECISION NOT NULL,
    reference_time       BIGINT NOT NULL,
    entries              BIGINT NOT NULL,
    PRIMARY KEY (holding_id, nuclide, data_version)
);

-- The ledger. Rows are added and never changed.
CREATE TABLE ledger_transactions (
    id                   TEXT NOT NULL PRIMARY KEY,
    kind                 TEXT NOT NULL,
    cause_id             TEXT NOT NULL,
    effective_time       BIGINT NOT NULL,
    entries_hash         TEXT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);

CREATE TABLE ledger_entries (
    seq                  {identity},
    transaction_id       TEXT NOT NULL,
    kind                 TEXT NOT NULL,
    cause_id             TEXT NOT NULL,
    holding_id           TEXT NOT NULL,
    account              TEXT NOT NULL,
    site_id              TEXT NOT NULL,
    room_id              TEXT NOT NULL,
    nuclide              TEXT NOT NULL,
    form                 TEXT NOT NULL,
    use                  TEXT NOT NULL,
    bq                   DOUBLE PRECISION NOT NULL,
    reference_time       BIGINT NOT NULL,
    data_version         TEXT NOT NULL,
    effective_time       BIGINT NOT NULL,
    record_time          BIGINT NOT NULL
);
CREATE INDEX ledger_entries_site ON ledger_entries (site_id, effective_time);
CREATE INDEX ledger_entries_holding ON ledger_entries (holding_id, seq);
CREATE INDEX ledger_entries_transaction ON ledger_entries (transaction_id);

-- Limits that were near their end when last looked at, so that nearness is told once.
CREATE TABLE near_limits (
    site_id              TEXT NOT NULL,
    limit_id             TEXT NOT NULL,
    near                 BOOLEAN NOT NULL,
    PRIMARY KEY (site_id, limit_id)
);

-- Attempts to bring activity where it is not authorised.
CREATE TABLE security_events (
    id                   TEXT NOT NULL PRIMARY KEY,
    site_id              TEXT NOT NULL,
    room_id              TEXT NOT NULL,
    what                 TEXT NOT NULL,
    actor                TEXT NOT NULL,
    codes                TEXT NOT NULL,
    time                 BIGINT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);

-- The financial side of the same movements: what a lot cost goes from the supplier into stock and from stock into batches, under the
-- transaction that moved the material. Rows are added and never changed.
CREATE TABLE cost_entries (
    seq                  {identity},
    transaction_id       TEXT NOT NULL,
    account              TEXT NOT NULL,
    lot_id               TEXT NOT NULL,
    batch_id             TEXT NOT NULL,
    site_id              TEXT NOT NULL,
    amount_minor         BIGINT NOT NULL,
    currency             TEXT NOT NULL,
    nuclide              TEXT NOT NULL,
    bq                   DOUBLE PRECISION NOT NULL,
    reference_time       BIGINT,
    data_version         TEXT NOT NULL,
    quantity             DOUBLE PRECISION NOT NULL,
    effective_time       BIGINT NOT NULL
);
CREATE INDEX cost_entries_lot ON cost_entries (lot_id, seq);
CREATE INDEX cost_entries_batch ON cost_entries (batch_id, seq);
