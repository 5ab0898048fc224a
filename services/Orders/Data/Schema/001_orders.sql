-- Orders: master data, dose orders and invoices. Instants are UTC ticks, money is minor units, activity is Bq beside its instant.

-- A row is one version of a product and never changes.
CREATE TABLE products (
    product_code            TEXT NOT NULL,
    product_version         BIGINT NOT NULL,
    name                    TEXT NOT NULL,
    nuclide                 TEXT NOT NULL,
    form                    TEXT NOT NULL,
    prescription_bq         DOUBLE PRECISION NOT NULL,
    tolerance_fraction      DOUBLE PRECISION NOT NULL,
    minimum_bq              DOUBLE PRECISION NOT NULL,
    maximum_bq              DOUBLE PRECISION NOT NULL,
    shelf_life_ticks        BIGINT NOT NULL,
    recipe_code             TEXT NOT NULL,
    release_ticks           BIGINT NOT NULL,
    pack_ticks              BIGINT NOT NULL,
    receiving_ticks         BIGINT NOT NULL,
    notice_ticks            BIGINT NOT NULL,
    sites                   TEXT NOT NULL,
    physical_form           TEXT NOT NULL,
    chemical_form           TEXT NOT NULL,
    dry_ice                 BOOLEAN NOT NULL,
    storage                 TEXT NOT NULL,
    gtin                    TEXT NOT NULL,
    effective_time          BIGINT NOT NULL,
    orderable               BOOLEAN NOT NULL,
    source                  TEXT NOT NULL,
    version                 BIGINT NOT NULL,
    changed_time            BIGINT NOT NULL,
    audit_hash              TEXT NOT NULL,
    PRIMARY KEY (product_code, product_version)
);

CREATE TABLE customers (
    id                      TEXT NOT NULL PRIMARY KEY,
    code                    TEXT NOT NULL UNIQUE,
    name                    TEXT NOT NULL,
    address_lines           TEXT NOT NULL,
    zone                    TEXT NOT NULL,
    licence_number          TEXT NOT NULL,
    licence_agency          TEXT NOT NULL,
    licence_expire_time     BIGINT NOT NULL,
    licence_evidence_time   BIGINT NOT NULL,
    licence_lines           TEXT NOT NULL,
    currency                TEXT NOT NULL,
    tax_basis_points        INTEGER NOT NULL,
    partner_subjects        TEXT NOT NULL,
    active                  BOOLEAN NOT NULL,
    version                 BIGINT NOT NULL,
    changed_time            BIGINT NOT NULL,
    audit_hash              TEXT NOT NULL
);

-- A row is one version of a price and never changes.
CREATE TABLE prices (
    id                      TEXT NOT NULL PRIMARY KEY,
    product_code            TEXT NOT NULL,
    customer_id             TEXT NOT NULL,
    currency                TEXT NOT NULL,
    minor_units             BIGINT NOT NULL,
    effective_time          BIGINT NOT NULL,
    price_version           BIGINT NOT NULL,
    version                 BIGINT NOT NULL,
    changed_time            BIGINT NOT NULL,
    audit_hash              TEXT NOT NULL,
    UNIQUE (product_code, customer_id, currency, price_version)
);

-- Shipping's, copied by its facts.
CREATE TABLE carrier_services (
    id                      TEXT NOT NULL PRIMARY KEY,
    carrier                 TEXT NOT NULL,
    site_id                 TEXT NOT NULL,
    customer_id             TEXT NOT NULL,
    pickup_weekdays         TEXT NOT NULL,
    cutoff_minute_of_day    INTEGER NOT NULL,
    zone                    TEXT NOT NULL,
    transit_ticks           BIGINT NOT NULL,
    active                  BOOLEAN NOT NULL,
    publish_time            BIGINT NOT NULL
);

CREATE TABLE orders (
    id                      TEXT NOT NULL PRIMARY KEY,
    state                   TEXT NOT NULL,
    product_code            TEXT NOT NULL,
    product_version         BIGINT NOT NULL,
    customer_id             TEXT NOT NULL,
    customer_code           TEXT NOT NULL,
    customer_zone           TEXT NOT NULL,
    patient_token           TEXT NOT NULL,
    external_reference      TEXT NOT NULL,
    nuclide                 TEXT NOT NULL,
    wanted_bq               DOUBLE PRECISION NOT NULL,
    wanted_time             BIGINT NOT NULL,
    data_version            TEXT NOT NULL,
    at_calibration          BOOLEAN NOT NULL,
    tolerance_fraction      DOUBLE PRECISION NOT NULL,
    administration_time     BIGINT NOT NULL,
    window_start_time       BIGINT NOT NULL,
    window_end_time         BIGINT NOT NULL,
    window_zone             TEXT NOT NULL,
    site_id                 TEXT NOT NULL,
    site_zone               TEXT NOT NULL,
    carrier_service_id      TEXT NOT NULL,
    carrier                 TEXT NOT NULL,
    run_id                  TEXT NOT NULL,
    reservation_id          TEXT NOT NULL,
    end_of_synthesis_time   BIGINT NOT NULL,
    release_by_time         BIGINT NOT NULL,
    cutoff_time             BIGINT NOT NULL,
    planned_delivery_time   BIGINT NOT NULL,
    expire_time             BIGINT NOT NULL,
    cancellation_deadline_time BIGINT NOT NULL,
    price_id                TEXT NOT NULL,
    price_version           BIGINT NOT NULL,
    currency                TEXT NOT NULL,
    minor_units             BIGINT NOT NULL,
    accept_time             BIGINT NOT NULL,
    accepted_by             TEXT NOT NULL,
    dose_id                 TEXT NOT NULL,
    batch_id                TEXT NOT NULL,
    started                 BOOLEAN NOT NULL,
    dispensed               BOOLEAN NOT NULL,
    release_time            BIGINT,
    certificate_id          TEXT NOT NULL,
    disposition_time        BIGINT,
    package_id              TEXT NOT NULL,
    voided_packages         TEXT NOT NULL,
    ship_time               BIGINT,
    delivery_time           BIGINT,
    loss_cause              TEXT NOT NULL,
    at_risk                 BOOLEAN NOT NULL,
    risk                    TEXT NOT NULL,
    promise_broken          BOOLEAN NOT NULL,
    cancel_time             BIGINT,
    cancel_cause            TEXT NOT NULL,
    invoice_id              TEXT NOT NULL,
    version                 BIGINT NOT NULL,
    changed_time            BIGINT NOT NULL,
    audit_hash              TEXT NOT NULL
);
CREATE INDEX orders_window ON orders (window_start_time, id);
CREATE INDEX orders_customer ON orders (customer_id, window_start_time, id);
CREATE INDEX orders_dose ON orders (dose_id);
CREATE INDEX orders_changed ON orders (changed_time, id);

-- Quality's deviations by reference, copied by its facts; orders show them by dose and batch.
CREATE TABLE deviations (
    id                      TEXT NOT NULL PRIMARY KEY,
    batch_id                TEXT NOT NULL,
    dose_id                 TEXT NOT NULL,
    closed                  BOOLEAN NOT NULL
);
CREATE INDEX deviations_batch ON deviations (batch_id);

CREATE TABLE invoices (
    id                      TEXT NOT NULL PRIMARY KEY,
    year                    INTEGER NOT NULL,
    sequence                BIGINT NOT NULL,
    order_id                TEXT NOT NULL UNIQUE,
    customer_id             TEXT NOT NULL,
    product_code            TEXT NOT NULL,
    price_id                TEXT NOT NULL,
    price_version           BIGINT NOT NULL,
    currency                TEXT NOT NULL,
    net_minor_units         BIGINT NOT NULL,
    tax_basis_points        INTEGER NOT NULL,
    tax_minor_units         BIGINT NOT NULL,
    total_minor_units       BIGINT NOT NULL,
    rounding_mode           TEXT NOT NULL,
    certificate_id          TEXT NOT NULL,
    delivery_time           BIGINT NOT NULL,
    issue_time              BIGINT NOT NULL,
    version                 BIGINT NOT NULL,
    changed_time            BIGINT NOT NULL,
    audit_hash              TEXT NOT NULL,
    UNIQUE (year, sequence)
);
