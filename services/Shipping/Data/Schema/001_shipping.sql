-- Carriers, packagings, packages and what happened to them.

CREATE TABLE carrier_services (
    id                    TEXT NOT NULL PRIMARY KEY,
    carrier               TEXT NOT NULL,
    site_id               TEXT NOT NULL,
    customer_id           TEXT NOT NULL,
    pickup_weekdays       TEXT NOT NULL,
    cutoff_minute_of_day  BIGINT NOT NULL,
    zone                  TEXT NOT NULL,
    transit_seconds       BIGINT NOT NULL,
    mode                  TEXT NOT NULL,
    exclusive_use         BOOLEAN NOT NULL,
    active                BOOLEAN NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);
CREATE INDEX carrier_services_site ON carrier_services (site_id, id);

CREATE TABLE packagings (
    id                    TEXT NOT NULL PRIMARY KEY,
    name                  TEXT NOT NULL,
    kind                  TEXT NOT NULL,
    specification_mark    TEXT NOT NULL,
    evidence              TEXT NOT NULL,
    tested_for_liquids    BOOLEAN NOT NULL,
    limit_bq              DOUBLE PRECISION,
    active                BOOLEAN NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);

CREATE TABLE shipper_profiles (
    site_id               TEXT NOT NULL PRIMARY KEY,
    shipper_name          TEXT NOT NULL,
    address               TEXT NOT NULL,
    emergency_phone       TEXT NOT NULL,
    emergency_provider    TEXT NOT NULL,
    emergency_information TEXT NOT NULL,
    certification_text    TEXT NOT NULL,
    air_declaration_text  TEXT NOT NULL,
    zone                  TEXT NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);

CREATE TABLE packages (
    id                    TEXT NOT NULL PRIMARY KEY,
    number                TEXT NOT NULL UNIQUE,
    site_id               TEXT NOT NULL,
    customer_id           TEXT NOT NULL,
    packaging_id          TEXT NOT NULL,
    state                 TEXT NOT NULL,
    physical_form         TEXT NOT NULL,
    chemical_form         TEXT NOT NULL,
    mass_grams            DOUBLE PRECISION,
    doses                 TEXT NOT NULL,
    content_version       BIGINT NOT NULL,
    content_time          BIGINT NOT NULL,
    survey_id             TEXT,
    classification        TEXT,
    seal_id               TEXT NOT NULL,
    paper_version         BIGINT NOT NULL,
    paper_basis           TEXT NOT NULL,
    carrier_service_id    TEXT NOT NULL,
    attempt               BIGINT NOT NULL,
    reopened_count        BIGINT NOT NULL,
    delivery              TEXT,
    incidents             TEXT NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);
CREATE INDEX packages_site ON packages (site_id, state, id);
CREATE INDEX packages_changed ON packages (changed_time, id);

CREATE TABLE surveys (
    id                    TEXT NOT NULL PRIMARY KEY,
    package_id            TEXT NOT NULL,
    content_version       BIGINT NOT NULL,
    surface_nsv_per_hour  BIGINT NOT NULL,
    meter_nsv_per_hour    BIGINT NOT NULL,
    wipes                 TEXT NOT NULL,
    instrument_id         TEXT NOT NULL,
    calibration_due_time  BIGINT NOT NULL,
    survey_time           BIGINT NOT NULL,
    surveyor_id           TEXT NOT NULL,
    surveyor_name         TEXT NOT NULL,
    seal_id               TEXT NOT NULL,
    findings              TEXT NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL
);
CREATE INDEX surveys_package ON surveys (package_id);

CREATE TABLE papers (
    id                    TEXT NOT NULL PRIMARY KEY,
    package_id            TEXT NOT NULL,
    paper_version         BIGINT NOT NULL,
    basis                 TEXT NOT NULL,
    paper                 TEXT NOT NULL,
    html_hash             TEXT NOT NULL,
    reason                TEXT NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL,
    UNIQUE (package_id, paper_version)
);

CREATE TABLE shipments (
    id                    TEXT NOT NULL PRIMARY KEY,
    package_id            TEXT NOT NULL,
    attempt               BIGINT NOT NULL,
    carrier_service_id    TEXT NOT NULL,
    carrier               TEXT NOT NULL,
    tracking_reference    TEXT NOT NULL,
    ship_time             BIGINT NOT NULL,
    planned_delivery_time BIGINT NOT NULL,
    transport_index_tenths BIGINT NOT NULL,
    doses                 TEXT NOT NULL,
    void_time             BIGINT,
    void_reason           TEXT NOT NULL,
    version               BIGINT NOT NULL,
    changed_time          BIGINT NOT NULL,
    audit_hash            TEXT NOT NULL,
    UNIQUE (package_id, attempt)
);

-- Which live package a dose is in: the key makes two parents impossible. An index, not a record.
CREATE TABLE dose_places (
    dose_id               TEXT NOT NULL PRIMARY KEY,
    package_id            TEXT NOT NULL
);

-- Every package a dose was ever in, to find it by dose. An index, not a record.
CREATE TABLE dose_history (
    dose_id               TEXT NOT NULL,
    package_id            TEXT NOT NULL,
    PRIMARY KEY (dose_id, package_id)
);

-- Copies kept by facts of others: read only, never an authority.
CREATE TABLE customers (
    id                    TEXT NOT NULL PRIMARY KEY,
    code                  TEXT NOT NULL,
    name                  TEXT NOT NULL,
    address               TEXT NOT NULL,
    zone                  TEXT NOT NULL,
    licence_number        TEXT NOT NULL,
    licence_expire_time   BIGINT,
    licence_lines         TEXT NOT NULL
);

CREATE TABLE orders (
    id                    TEXT NOT NULL PRIMARY KEY,
    site_id               TEXT NOT NULL,
    customer_id           TEXT NOT NULL,
    carrier_service_id    TEXT NOT NULL,
    cutoff_time           BIGINT NOT NULL,
    delivery_time         BIGINT NOT NULL,
    window_end_time       BIGINT NOT NULL,
    cancelled             BOOLEAN NOT NULL
);

CREATE TABLE labels (
    dose_id               TEXT NOT NULL,
    print_id              TEXT NOT NULL,
    verified              BOOLEAN NOT NULL,
    voided                BOOLEAN NOT NULL,
    PRIMARY KEY (dose_id, print_id)
);

CREATE TABLE dose_hints (
    dose_id               TEXT NOT NULL PRIMARY KEY,
    disposition           TEXT NOT NULL,
    lost_cause            TEXT NOT NULL
);
