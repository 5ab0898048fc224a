-- Packages that were last packed in a packaging.
CREATE INDEX packages_by_packaging ON packages (packaging_id, site_id, content_time);
