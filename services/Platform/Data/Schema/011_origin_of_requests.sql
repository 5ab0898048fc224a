-- Where a call came from when it was first answered, as the gateway says: a digest of the client's certificate, or of its address; empty for calls from within.
ALTER TABLE requests ADD COLUMN origin TEXT NOT NULL DEFAULT '';
