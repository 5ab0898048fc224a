-- How often room of a run was taken or given back: whoever cancels the run has seen every reservation in it.
ALTER TABLE run_room ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;

-- A batch that ends leaves its equipment.
CREATE INDEX equipment_by_batch ON equipment (batch_id);
