-- An invoice is cancelled when its proof of delivery is withdrawn, and the order billed anew: of an order only one invoice stands.
CREATE TABLE invoices_standing (
    id                      TEXT NOT NULL PRIMARY KEY,
    year                    INTEGER NOT NULL,
    sequence                BIGINT NOT NULL,
    order_id                TEXT NOT NULL,
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
    cancel_time             BIGINT,
    cancel_reason           TEXT NOT NULL DEFAULT '',
    UNIQUE (year, sequence)
);
INSERT INTO invoices_standing (id, year, sequence, order_id, customer_id, product_code, price_id, price_version, currency, net_minor_units, tax_basis_points, tax_minor_units, total_minor_units, rounding_mode, certificate_id, delivery_time, issue_time, version, changed_time, audit_hash)
SELECT id, year, sequence, order_id, customer_id, product_code, price_id, price_version, currency, net_minor_units, tax_basis_points, tax_minor_units, total_minor_units, rounding_mode, certificate_id, delivery_time, issue_time, version, changed_time, audit_hash FROM invoices;
DROP TABLE invoices;
ALTER TABLE invoices_standing RENAME TO invoices;
CREATE UNIQUE INDEX invoices_order ON invoices (order_id) WHERE cancel_time IS NULL;
