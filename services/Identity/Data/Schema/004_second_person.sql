-- What takes two of a person: changes that wait for quality, and the word of a witness that a password is the person's own.
ALTER TABLE people ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE people ADD COLUMN confirmed_time BIGINT;
UPDATE people SET confirmed_time = joined_time;

CREATE TABLE person_changes (
    id                     TEXT NOT NULL PRIMARY KEY,
    person_id              TEXT NOT NULL,
    kind                   TEXT NOT NULL,
    name                   TEXT NOT NULL,
    external_subject       TEXT NOT NULL,
    state                  TEXT NOT NULL,
    proposed_by            TEXT NOT NULL,
    proposed_time          BIGINT NOT NULL,
    decided_by             TEXT NOT NULL,
    decided_time           BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
CREATE INDEX person_changes_person ON person_changes (person_id);

-- A one-time password that waits: its hash, and its second half sealed. No record; it goes with the decision.
CREATE TABLE waiting_passwords (
    change_id              TEXT NOT NULL PRIMARY KEY,
    hash                   TEXT NOT NULL,
    box                    TEXT NOT NULL
);

-- Names and subjects that belong, or belonged, to somebody: none is given to anybody else.
CREATE TABLE taken_names (
    name                   TEXT NOT NULL PRIMARY KEY,
    holder_id              TEXT NOT NULL
);
INSERT INTO taken_names (name, holder_id) SELECT 'name:' || lower(trim(name)), min(id) FROM people GROUP BY lower(trim(name));
INSERT INTO taken_names (name, holder_id) SELECT 'subject:' || external_subject, min(id) FROM people WHERE external_subject <> '' GROUP BY external_subject;
INSERT INTO taken_names (name, holder_id) SELECT 'name:' || lower(trim(name)), min(id) FROM accounts WHERE true GROUP BY lower(trim(name)) ON CONFLICT DO NOTHING;

-- Every use of the way back in past everybody's rights.
CREATE TABLE break_glass (
    id                     TEXT NOT NULL PRIMARY KEY,
    person_id              TEXT NOT NULL,
    used_by                TEXT NOT NULL,
    reason                 TEXT NOT NULL,
    time                   BIGINT NOT NULL,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
