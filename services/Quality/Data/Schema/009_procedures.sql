-- Who reads an instrument is trained on what it names.
ALTER TABLE instruments ADD COLUMN procedure TEXT NOT NULL DEFAULT '';
