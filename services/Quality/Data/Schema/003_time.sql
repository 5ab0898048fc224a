-- When a sample was taken: nothing is measured on it before. Results that were entered late, with their reason and second person.
ALTER TABLE samples ADD COLUMN taken_time BIGINT;
ALTER TABLE results ADD COLUMN late_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE results ADD COLUMN late_witness_id TEXT NOT NULL DEFAULT '';
ALTER TABLE results ADD COLUMN late_witness_name TEXT NOT NULL DEFAULT '';
