-- What doses were made with, so that a recall finds them from there: a copy of what facts told, and no record.
CREATE TABLE trace_links (
    kind      TEXT NOT NULL,
    thing_id  TEXT NOT NULL,
    batch_id  TEXT NOT NULL,
    dose_id   TEXT NOT NULL,
    PRIMARY KEY (kind, thing_id, batch_id, dose_id)
);
CREATE INDEX batches_synthesis ON batches (end_of_synthesis_time, id);
CREATE INDEX doses_site ON doses (site_id, id);
ALTER TABLE recalls ADD COLUMN scope TEXT NOT NULL DEFAULT '';
