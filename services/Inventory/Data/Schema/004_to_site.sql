-- Where what is between sites goes; what was under way before this column came may arrive at any site, as it could.
ALTER TABLE holdings ADD COLUMN to_site_id TEXT NOT NULL DEFAULT '';
