-- A copy of Orders' database keeps one order with the rows it came with, as a pattern for pgbench; the rest goes.
CREATE TABLE pattern_orders AS SELECT * FROM orders ORDER BY id LIMIT 1;
CREATE TABLE pattern_outbox AS SELECT * FROM outbox WHERE subject = (SELECT id FROM pattern_orders) ORDER BY seq LIMIT 1;
CREATE TABLE pattern_audit AS SELECT * FROM audit WHERE entity = 'orders' AND entity_id = (SELECT id FROM pattern_orders) ORDER BY version LIMIT 1;
CREATE TABLE pattern_requests AS SELECT * FROM requests WHERE method LIKE '%PlaceOrder' ORDER BY request_id LIMIT 1;
ALTER TABLE audit DISABLE TRIGGER USER;
TRUNCATE orders, outbox, audit, requests;
ALTER TABLE audit ENABLE TRIGGER USER;
CREATE SEQUENCE yardstick CACHE 100;
ANALYZE;
