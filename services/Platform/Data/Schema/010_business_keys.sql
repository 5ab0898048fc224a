-- What a fact says in the words of the business: its number among those of its type about its subject. Null for what was published before.
ALTER TABLE facts ADD COLUMN sequence BIGINT;
CREATE UNIQUE INDEX facts_key ON facts (type, subject, sequence);

-- What was done under a key has its effect once, whatever the id of the fact that told of it.
ALTER TABLE inbox ADD COLUMN key TEXT;
CREATE UNIQUE INDEX inbox_key ON inbox (key, part);
