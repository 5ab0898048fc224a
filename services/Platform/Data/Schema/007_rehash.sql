-- How far the sealed rows have been hashed again in the round under way: one row. Whoever goes on, after a restart or on another replica, begins there.
CREATE TABLE audit_rounds (
    name            TEXT NOT NULL PRIMARY KEY,
    next_leaf       BIGINT NOT NULL,
    began_time      BIGINT NOT NULL,
    broken_count    BIGINT NOT NULL,
    broken          TEXT NOT NULL
);
