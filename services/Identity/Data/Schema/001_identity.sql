-- Who may act here. Password hashes and secrets stand in tables of their own, which are not audited, so that none ever
-- reaches an audit row; the audited row of their owner carries a mark of them instead.

CREATE TABLE people (
    id                     TEXT NOT NULL PRIMARY KEY,
    login                  TEXT NOT NULL UNIQUE,
    name                   TEXT NOT NULL,
    external_subject       TEXT NOT NULL,
    state                  TEXT NOT NULL,
    joined_time            BIGINT NOT NULL,
    left_time              BIGINT,
    password_state         TEXT NOT NULL,
    password_number        BIGINT NOT NULL,
    password_mark          TEXT NOT NULL,
    password_time          BIGINT,
    failed_count           BIGINT NOT NULL,
    locked_until_time      BIGINT,
    lock_reason            TEXT NOT NULL,
    last_sign_in_time      BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
CREATE INDEX people_name ON people (name, id);

CREATE TABLE passwords (
    person_id              TEXT NOT NULL,
    number                 BIGINT NOT NULL,
    hash                   TEXT NOT NULL,
    PRIMARY KEY (person_id, number)
);

CREATE TABLE role_assignments (
    id                     TEXT NOT NULL PRIMARY KEY,
    holder_id              TEXT NOT NULL,
    role                   TEXT NOT NULL,
    site_id                TEXT NOT NULL,
    state                  TEXT NOT NULL,
    proposed_by            TEXT NOT NULL,
    proposed_time          BIGINT NOT NULL,
    approved_by            TEXT NOT NULL,
    granted_time           BIGINT,
    removed_by             TEXT NOT NULL,
    removed_time           BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
CREATE INDEX role_assignments_holder ON role_assignments (holder_id);
CREATE INDEX role_assignments_role ON role_assignments (role, site_id);

CREATE TABLE signing_keys (
    kid                    TEXT NOT NULL PRIMARY KEY,
    number                 BIGINT NOT NULL UNIQUE,
    public_jwk             TEXT NOT NULL,
    active_time            BIGINT NOT NULL,
    retire_time            BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
