-- What lies in hot cells, what was measured of it, and how equipment is kept: cleanings, work orders, logbook.
ALTER TABLE equipment ADD COLUMN last_product TEXT;
ALTER TABLE equipment ADD COLUMN last_nuclide TEXT;
ALTER TABLE equipment ADD COLUMN last_batch_id TEXT;
ALTER TABLE equipment ADD COLUMN cleaning TEXT;
ALTER TABLE equipment ADD COLUMN order_id TEXT;
ALTER TABLE equipment ADD COLUMN uncleared BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE equipment ADD COLUMN survey_id TEXT;
ALTER TABLE equipment ADD COLUMN clearance TEXT;
ALTER TABLE equipment ADD COLUMN log_entries BIGINT NOT NULL DEFAULT 0;

-- Things that batches left in hot cells; lies_in is the cell until they leave it.
CREATE TABLE cell_items (
  id TEXT NOT NULL PRIMARY KEY,
  cell_id TEXT NOT NULL,
  lies_in TEXT,
  batch_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  contents TEXT NOT NULL,
  note TEXT NOT NULL,
  time BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  done_by_name TEXT NOT NULL,
  out_time BIGINT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX cell_items_by_place ON cell_items (lies_in);

CREATE TABLE cell_surveys (
  id TEXT NOT NULL PRIMARY KEY,
  cell_id TEXT NOT NULL,
  instrument_id TEXT NOT NULL,
  instrument_code TEXT NOT NULL,
  survey TEXT NOT NULL,
  measured TEXT NOT NULL,
  limit_bq DOUBLE PRECISION NOT NULL,
  passed BOOLEAN NOT NULL,
  time BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  done_by_name TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);

CREATE TABLE cleaning_rules (
  site_id TEXT NOT NULL PRIMARY KEY,
  rules TEXT NOT NULL,
  valid_for_seconds DOUBLE PRECISION,
  source TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);

CREATE TABLE maintenance_orders (
  id TEXT NOT NULL PRIMARY KEY,
  equipment_id TEXT NOT NULL,
  equipment_code TEXT NOT NULL,
  site_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  work_plan TEXT NOT NULL,
  start_time BIGINT NOT NULL,
  end_time BIGINT NOT NULL,
  responsible_id TEXT NOT NULL,
  responsible_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  evidence TEXT NOT NULL,
  work_started_time BIGINT,
  work_done_time BIGINT,
  worker_id TEXT,
  worker_name TEXT,
  closed_time BIGINT,
  closed_by_name TEXT,
  release_signature TEXT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX maintenance_orders_by_equipment ON maintenance_orders (equipment_id);
CREATE INDEX maintenance_orders_by_site ON maintenance_orders (site_id, start_time);

CREATE TABLE equipment_log (
  id TEXT NOT NULL PRIMARY KEY,
  equipment_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  event TEXT NOT NULL,
  text TEXT NOT NULL,
  reference_id TEXT NOT NULL,
  time BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  done_by_name TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE UNIQUE INDEX equipment_log_by_equipment ON equipment_log (equipment_id, position);
