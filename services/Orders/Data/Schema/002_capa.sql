-- The action that a closed deviation led to, by reference.
ALTER TABLE deviations ADD COLUMN capa_reference TEXT NOT NULL DEFAULT '';
