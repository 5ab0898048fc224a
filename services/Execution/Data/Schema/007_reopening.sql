-- A closed record is opened again when a proof of delivery is withdrawn.
ALTER TABLE batches ADD COLUMN reopened_time BIGINT;
ALTER TABLE batches ADD COLUMN reopen_reason TEXT NOT NULL DEFAULT '';
