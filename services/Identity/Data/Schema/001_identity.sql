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

CREATE TABLE signing_secrets (
    kid                    TEXT NOT NULL PRIMARY KEY,
    box                    TEXT NOT NULL
);

CREATE TABLE accounts (
    id                     TEXT NOT NULL PRIMARY KEY,
    client_id              TEXT NOT NULL UNIQUE,
    name                   TEXT NOT NULL,
    kind                   TEXT NOT NULL,
    proof                  TEXT NOT NULL,
    jwks                   TEXT NOT NULL,
    scopes                 TEXT NOT NULL,
    redirect_uris          TEXT NOT NULL,
    post_logout_uris       TEXT NOT NULL,
    disabled               BOOLEAN NOT NULL,
    secret_time            BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);

CREATE TABLE client_secrets (
    hash                   TEXT NOT NULL PRIMARY KEY,
    account_id             TEXT NOT NULL,
    until_time             BIGINT
);
CREATE INDEX client_secrets_account ON client_secrets (account_id);

CREATE TABLE procedures (
    code                   TEXT NOT NULL,
    procedure_version      BIGINT NOT NULL,
    title                  TEXT NOT NULL,
    effective_time         BIGINT NOT NULL,
    published_by           TEXT NOT NULL,
    publisher_name         TEXT NOT NULL,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL,
    PRIMARY KEY (code, procedure_version)
);

CREATE TABLE trainings (
    id                     TEXT NOT NULL PRIMARY KEY,
    person_id              TEXT NOT NULL,
    code                   TEXT NOT NULL,
    procedure_version      BIGINT NOT NULL,
    trained_time           BIGINT NOT NULL,
    expire_time            BIGINT,
    evidence               TEXT NOT NULL,
    recorded_by            TEXT NOT NULL,
    recorder_name          TEXT NOT NULL,
    withdrawn_time         BIGINT,
    version                BIGINT NOT NULL,
    changed_time           BIGINT NOT NULL,
    audit_hash             TEXT NOT NULL
);
CREATE INDEX trainings_person ON trainings (person_id, code);

-- Signing in: what is under way and what was given out. Only hashes of what lets anybody in are kept. These are no records: the record
-- of a sign-in is the audit trail of the person, so they go when they are over.

CREATE TABLE sign_ins (
    id                     TEXT NOT NULL PRIMARY KEY,
    browser_hash           TEXT NOT NULL,
    query                  TEXT NOT NULL,
    expire_time            BIGINT NOT NULL
);
CREATE INDEX sign_ins_expire ON sign_ins (expire_time);

CREATE TABLE sessions (
    id                     TEXT NOT NULL PRIMARY KEY,
    cookie_hash            TEXT NOT NULL UNIQUE,
    person_id              TEXT NOT NULL,
    auth_time              BIGINT NOT NULL,
    seen_time              BIGINT NOT NULL,
    ended_time             BIGINT
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_ended ON sessions (ended_time);

CREATE TABLE codes (
    hash                   TEXT NOT NULL PRIMARY KEY,
    family_id              TEXT NOT NULL,
    client_id              TEXT NOT NULL,
    redirect_uri           TEXT NOT NULL,
    challenge              TEXT NOT NULL,
    nonce                  TEXT NOT NULL,
    expire_time            BIGINT NOT NULL,
    used_time              BIGINT
);
CREATE INDEX codes_expire ON codes (expire_time);

CREATE TABLE token_families (
    id                     TEXT NOT NULL PRIMARY KEY,
    session_id             TEXT NOT NULL,
    person_id              TEXT NOT NULL,
    client_id              TEXT NOT NULL,
    scopes                 TEXT NOT NULL,
    auth_time              BIGINT NOT NULL,
    expire_time            BIGINT NOT NULL,
    ended_time             BIGINT,
    end_reason             TEXT NOT NULL
);
CREATE INDEX token_families_session ON token_families (session_id);
CREATE INDEX token_families_person ON token_families (person_id);
CREATE INDEX token_families_expire ON token_families (expire_time);

CREATE TABLE refresh_tokens (
    hash                   TEXT NOT NULL PRIMARY KEY,
    family_id              TEXT NOT NULL,
    expire_time            BIGINT NOT NULL,
    used_time              BIGINT
);
CREATE INDEX refresh_tokens_expire ON refresh_tokens (expire_time);

CREATE TABLE assertions (
    client_id              TEXT NOT NULL,
    jti                    TEXT NOT NULL,
    expire_time            BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX assertions_expire ON assertions (expire_time);
