-- Wrong passwords of a person who is signed in are counted apart from those of whoever tries the name at the door.
ALTER TABLE people ADD COLUMN session_failed_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN session_locked_until_time BIGINT;

-- A sign-in under way stands in its form, sealed; only one that was finished leaves a row. The table sign_ins is left to a version that still runs beside this one.
CREATE TABLE used_sign_ins (
    id                     TEXT NOT NULL PRIMARY KEY,
    expire_time            BIGINT NOT NULL
);
CREATE INDEX used_sign_ins_expire ON used_sign_ins (expire_time);
