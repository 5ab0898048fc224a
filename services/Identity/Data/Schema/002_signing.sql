-- What was signed here, one row a signature, and how long the password alone is enough in a session.

CREATE TABLE signings (
    id                     TEXT NOT NULL PRIMARY KEY,
    signer_id              TEXT NOT NULL,
    signer_name            TEXT NOT NULL,
    caller_id              TEXT NOT NULL,
    meaning                TEXT NOT NULL,
    method                 TEXT NOT NULL,
    content_hash           TEXT NOT NULL,
    time                   BIGINT NOT NULL,
    zone                   TEXT NOT NULL,
    both_components        BOOLEAN NOT NULL,
    second_person          BOOLEAN NOT NULL,
    key_id                 TEXT NOT NULL
);
{append_only:signings}
CREATE INDEX signings_signer ON signings (signer_id, time);

CREATE TABLE signing_windows (
    session_id             TEXT NOT NULL PRIMARY KEY,
    person_id              TEXT NOT NULL,
    until_time             BIGINT NOT NULL
);
