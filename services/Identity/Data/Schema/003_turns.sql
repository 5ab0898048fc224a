-- Codes and refresh tokens are sealed and say themselves what they are good for; kept is only which turn of their family is next. Sessions that go
-- on sign in once more.
DROP TABLE codes;
DROP TABLE refresh_tokens;
DROP TABLE token_families;

CREATE TABLE token_families (
    id                     TEXT NOT NULL PRIMARY KEY,
    session_id             TEXT NOT NULL,
    turn                   BIGINT NOT NULL,
    expire_time            BIGINT NOT NULL
);
CREATE INDEX token_families_session ON token_families (session_id);
CREATE INDEX token_families_expire ON token_families (expire_time);
