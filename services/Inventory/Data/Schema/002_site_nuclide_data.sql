ALTER TABLE sites ADD COLUMN nuclide_data_version TEXT NOT NULL DEFAULT '';
