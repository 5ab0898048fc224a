-- An invoice names the dose that was delivered.
ALTER TABLE invoices ADD COLUMN dose_id TEXT NOT NULL DEFAULT '';
