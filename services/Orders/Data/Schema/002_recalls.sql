-- Releases on a condition, and recalls of doses that were ordered.
ALTER TABLE orders ADD COLUMN conditional BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE orders ADD COLUMN recall_id TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN recall_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN recall_open BOOLEAN NOT NULL DEFAULT FALSE;
