CREATE TABLE templates (
    id               TEXT NOT NULL PRIMARY KEY,
    code             TEXT NOT NULL,
    template_version BIGINT NOT NULL,
    product_code     TEXT NOT NULL,
    market           TEXT NOT NULL,
    zpl              TEXT NOT NULL,
    fields           TEXT NOT NULL,
    width_mm         DOUBLE PRECISION NOT NULL,
    height_mm        DOUBLE PRECISION NOT NULL,
    zone             TEXT NOT NULL,
    effective_time   BIGINT NOT NULL,
    author_id        TEXT NOT NULL,
    author_name      TEXT NOT NULL,
    approver_name    TEXT NOT NULL,
    approved_time    BIGINT,
    version          BIGINT NOT NULL,
    changed_time     BIGINT NOT NULL,
    audit_hash       TEXT NOT NULL,
    UNIQUE (code, template_version)
);

CREATE TABLE coding_policies (
    market          TEXT NOT NULL,
    product_code    TEXT NOT NULL,
    law             TEXT NOT NULL,
    gtin            TEXT NOT NULL,
    source          TEXT NOT NULL,
    confirmed       BOOLEAN NOT NULL,
    version         BIGINT NOT NULL,
    changed_time    BIGINT NOT NULL,
    audit_hash      TEXT NOT NULL,
    PRIMARY KEY (market, product_code)
);

CREATE TABLE labels (
    id                TEXT NOT NULL PRIMARY KEY,
    dose_id           TEXT NOT NULL,
    batch_id          TEXT NOT NULL,
    site_id           TEXT NOT NULL,
    market            TEXT NOT NULL,
    copy_number       BIGINT NOT NULL,
    serial            TEXT NOT NULL UNIQUE,
    gtin              TEXT NOT NULL,
    template_id       TEXT NOT NULL,
    template_version  BIGINT NOT NULL,
    record_version    BIGINT NOT NULL,
    content           TEXT NOT NULL,
    content_hash      TEXT NOT NULL,
    printer           TEXT NOT NULL,
    state             TEXT NOT NULL,
    fate              TEXT NOT NULL,
    detail            TEXT NOT NULL,
    attempts          BIGINT NOT NULL,
    printed_by        TEXT NOT NULL,
    requested_time    BIGINT NOT NULL,
    verified_time     BIGINT,
    reprint_reason    TEXT NOT NULL,
    replaced_print_id TEXT NOT NULL,
    withdrawal_reason TEXT NOT NULL,
    version           BIGINT NOT NULL,
    changed_time      BIGINT NOT NULL,
    audit_hash        TEXT NOT NULL,
    UNIQUE (dose_id, copy_number)
);
CREATE INDEX labels_batch ON labels (batch_id);
CREATE INDEX labels_requested ON labels (requested_time, id);
CREATE INDEX labels_changed ON labels (changed_time);

CREATE TABLE doses (
    id              TEXT NOT NULL PRIMARY KEY,
    disposition     TEXT NOT NULL,
    lost_cause      TEXT NOT NULL
);
