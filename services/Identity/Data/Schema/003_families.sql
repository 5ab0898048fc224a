-- Codes and refresh tokens are sealed and say themselves what they are good for. Kept is only which turn of their family is next, one row a sign-in of
-- a client. The tables codes, refresh_tokens and token_families are left to a version that still runs beside this one; a later release drops them.
CREATE TABLE families (
    id                     TEXT NOT NULL PRIMARY KEY,
    session_id             TEXT NOT NULL,
    turn                   BIGINT NOT NULL,
    expire_time            BIGINT NOT NULL
);
CREATE INDEX families_session ON families (session_id);
CREATE INDEX families_expire ON families (expire_time);
