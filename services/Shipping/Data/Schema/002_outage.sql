-- Outage authorisations, copied from Quality by their facts, whole: they are needed exactly when Quality cannot be asked.

CREATE TABLE outages (
    id             TEXT NOT NULL PRIMARY KEY,
    site_id        TEXT NOT NULL,
    expire_time    BIGINT NOT NULL,
    document       TEXT NOT NULL,
    reconciled     BOOLEAN NOT NULL
);
CREATE INDEX outages_site ON outages (site_id, expire_time);
