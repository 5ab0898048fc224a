-- Sessions of the console. Who holds this table holds no session: ids are hashed, tokens are encrypted with a key that is not here.
CREATE TABLE sessions (
    id_hash TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    tokens BYTEA NOT NULL,
    seen_time BIGINT NOT NULL,
    end_time BIGINT NOT NULL
);
CREATE INDEX sessions_end ON sessions (end_time);
