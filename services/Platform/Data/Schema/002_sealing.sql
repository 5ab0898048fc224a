-- The sealed tree over the audit trail (RFC 6962). The sealer gives every audit row the next leaf; nothing here is ever changed.

-- Where a fact of another service caused a row: its source, type, time, actor and payload hash as published.
ALTER TABLE audit ADD COLUMN origin TEXT;
-- A trail is searched and reconciled by time.
CREATE INDEX audit_time ON audit (time);

CREATE TABLE audit_leaves (
    leaf_index      BIGINT NOT NULL PRIMARY KEY,
    seq             BIGINT NOT NULL UNIQUE,
    leaf_hash       BYTEA NOT NULL
);
{append_only:audit_leaves}

-- Roots of full subtrees: level 1 has one for every 256 leaves, level 2 one for every 256 of level 1, and so on.
CREATE TABLE audit_nodes (
    level           BIGINT NOT NULL,
    node_index      BIGINT NOT NULL,
    hash            BYTEA NOT NULL,
    PRIMARY KEY (level, node_index)
);
{append_only:audit_nodes}

CREATE TABLE audit_heads (
    number          BIGINT NOT NULL PRIMARY KEY,
    tree_id         TEXT NOT NULL,
    tree_size       BIGINT NOT NULL,
    root_hash       TEXT NOT NULL,
    time            BIGINT NOT NULL,
    previous_hash   TEXT NOT NULL,
    signature       TEXT NOT NULL,
    key_id          TEXT NOT NULL
);
{append_only:audit_heads}
