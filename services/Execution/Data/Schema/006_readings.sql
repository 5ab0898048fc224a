-- How the bulk and each sample were measured: instrument, setting, geometry, factor and what was shown, JSON.
ALTER TABLE batches ADD COLUMN bulk_reading TEXT;
ALTER TABLE movements ADD COLUMN reading TEXT;
