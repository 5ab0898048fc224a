-- Who uses or reads a piece of equipment is trained on what it names.
ALTER TABLE equipment ADD COLUMN procedure TEXT NOT NULL DEFAULT '';
