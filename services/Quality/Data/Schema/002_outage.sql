-- Authorisations to ship released doses while Quality cannot be asked, and what was done under them.

CREATE TABLE outages (
    id                   TEXT NOT NULL PRIMARY KEY,
    site_id              TEXT NOT NULL,
    procedure_reference  TEXT NOT NULL,
    reason               TEXT NOT NULL,
    authorised_time      BIGINT NOT NULL,
    expire_time          BIGINT NOT NULL,
    signatures           TEXT NOT NULL,
    reconciled_time      BIGINT,
    conclusion           TEXT NOT NULL,
    reconciliation       TEXT,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL
);
CREATE INDEX outages_site ON outages (site_id, authorised_time);

CREATE TABLE outage_doses (
    outage_id            TEXT NOT NULL,
    dose_id              TEXT NOT NULL,
    certificate_id       TEXT NOT NULL,
    ship_time            BIGINT,
    package_id           TEXT NOT NULL,
    finding              TEXT NOT NULL,
    version              BIGINT NOT NULL,
    changed_time         BIGINT NOT NULL,
    audit_hash           TEXT NOT NULL,
    PRIMARY KEY (outage_id, dose_id)
);
