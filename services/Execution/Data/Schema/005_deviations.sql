-- Quality's deviations by reference, copied by its facts: shown beside record and dose, also when they were opened after production.
CREATE TABLE deviations (
    id              TEXT NOT NULL PRIMARY KEY,
    batch_id        TEXT NOT NULL,
    dose_id         TEXT NOT NULL,
    closed          BOOLEAN NOT NULL,
    capa_reference  TEXT NOT NULL
);
CREATE INDEX deviations_batch ON deviations (batch_id);
