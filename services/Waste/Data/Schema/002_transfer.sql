-- How a container left by transfer: the licensee as it was on file then, the manifest, and Inventory's transaction.
ALTER TABLE containers ADD COLUMN transfer TEXT;
