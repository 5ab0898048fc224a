CREATE TABLE dose_statuses (
    dose_id              TEXT NOT NULL PRIMARY KEY,
    status               TEXT NOT NULL,
    heard                BIGINT NOT NULL
);
