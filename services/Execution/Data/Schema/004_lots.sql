-- What Inventory told of lots, and how often a lot was told of or taken: who takes one while its status changes meets at this row.
CREATE TABLE lots (
  id TEXT NOT NULL PRIMARY KEY,
  status TEXT NOT NULL,
  turns BIGINT NOT NULL
);
CREATE INDEX movements_by_reference ON movements (reference_id);
