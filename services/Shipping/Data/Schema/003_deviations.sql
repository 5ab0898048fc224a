-- Quality's deviations by reference, copied by its facts: a package shows those of its doses and their batches.
CREATE TABLE deviations (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    closed          BOOLEAN NOT NULL,
    capa_reference  TEXT NOT NULL
);
CREATE INDEX deviations_batch ON deviations (batch_id);

-- Batch of a dose, as Quality tells it.
ALTER TABLE dose_hints ADD COLUMN batch_id TEXT NOT NULL DEFAULT '';
