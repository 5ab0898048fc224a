-- Instant that a questioned activity refers to; null for what does not decay.
ALTER TABLE second_looks ADD COLUMN reference_time BIGINT;
