-- Instants are UTC ticks; activities are JSON with nuclide, becquerels, reference instant and data version, never decayed.
CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,
  site_id TEXT NOT NULL,
  product_code TEXT NOT NULL,
  recipe_code TEXT NOT NULL,
  recipe_version BIGINT NOT NULL,
  hot_cell_id TEXT NOT NULL,
  start_time BIGINT NOT NULL,
  end_of_synthesis_time BIGINT NOT NULL,
  release_time BIGINT NOT NULL,
  occupied_until_time BIGINT NOT NULL,
  dose_capacity INTEGER NOT NULL,
  yield TEXT NOT NULL,
  state TEXT NOT NULL,
  batch_id TEXT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX runs_by_time ON runs (end_of_synthesis_time, id);
CREATE INDEX runs_by_hot_cell ON runs (hot_cell_id, start_time);

-- Counters of a run: they change with every reservation, and the reservations carry the audit.
CREATE TABLE run_room (
  run_id TEXT NOT NULL PRIMARY KEY,
  site_id TEXT NOT NULL,
  product_code TEXT NOT NULL,
  end_of_synthesis_time BIGINT NOT NULL,
  release_time BIGINT NOT NULL,
  open BOOLEAN NOT NULL,
  dose_capacity INTEGER NOT NULL,
  doses_reserved INTEGER NOT NULL,
  nuclide TEXT NOT NULL,
  data_version TEXT NOT NULL,
  yield_bq DOUBLE PRECISION NOT NULL,
  reserved_bq DOUBLE PRECISION NOT NULL
);
CREATE INDEX run_room_by_window ON run_room (site_id, product_code, end_of_synthesis_time);

CREATE TABLE reservations (
  id TEXT NOT NULL PRIMARY KEY,
  run_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  at_end_of_synthesis TEXT NOT NULL,
  wanted TEXT NOT NULL,
  state TEXT NOT NULL,
  provisional_until_time BIGINT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX reservations_by_run ON reservations (run_id);
CREATE INDEX reservations_by_order ON reservations (order_id);

CREATE TABLE recipes (
  code TEXT NOT NULL,
  recipe_version BIGINT NOT NULL,
  product_code TEXT NOT NULL,
  document TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,
  approver_id TEXT,
  approver_name TEXT,
  approve_time BIGINT,
  effective_time BIGINT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL,
  PRIMARY KEY (code, recipe_version)
);

CREATE TABLE equipment (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  class TEXT NOT NULL,
  site_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  state TEXT NOT NULL,
  qualification_due_time BIGINT NOT NULL,
  calibration_due_time BIGINT,
  cross_calibrations TEXT NOT NULL,
  clearance_limit_bq DOUBLE PRECISION NOT NULL,
  batch_id TEXT,
  residual TEXT,
  clear_time BIGINT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE UNIQUE INDEX equipment_by_code ON equipment (site_id, code);

CREATE TABLE batches (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  run_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  hot_cell_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  product_code TEXT NOT NULL,
  product_name TEXT NOT NULL,
  recipe_code TEXT NOT NULL,
  recipe_version BIGINT NOT NULL,
  recipe TEXT NOT NULL,
  recipe_hash TEXT NOT NULL,
  nuclide TEXT NOT NULL,
  state TEXT NOT NULL,
  on_hold BOOLEAN NOT NULL,
  started_time BIGINT NOT NULL,
  started_by TEXT NOT NULL,
  end_of_synthesis_time BIGINT,
  bulk TEXT,
  bulk_volume_ml DOUBLE PRECISION NOT NULL,
  finished_time BIGINT,
  closed_time BIGINT,
  doses_settled INTEGER NOT NULL,
  record_version BIGINT NOT NULL,
  record_hash TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE UNIQUE INDEX batches_by_number ON batches (number);
CREATE UNIQUE INDEX batches_by_run ON batches (run_id);
CREATE INDEX batches_by_site ON batches (site_id, started_time);

CREATE TABLE steps (
  batch_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  started_time BIGINT,
  started_by TEXT,
  started_by_name TEXT,
  equipment_ids TEXT NOT NULL,
  completed_time BIGINT,
  completed_by TEXT,
  completed_by_name TEXT,
  verified_time BIGINT,
  verified_by TEXT,
  verified_by_name TEXT,
  inputs TEXT NOT NULL,
  comment TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL,
  PRIMARY KEY (batch_id, step_id)
);

-- Movements of material in and out of a batch: the lines of its balance.
CREATE TABLE movements (
  id TEXT NOT NULL PRIMARY KEY,
  batch_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  step_id TEXT NOT NULL,
  reference_id TEXT NOT NULL,
  material_code TEXT NOT NULL,
  activity TEXT,
  impurities TEXT NOT NULL,
  quantity DOUBLE PRECISION NOT NULL,
  unit TEXT NOT NULL,
  volume_ml DOUBLE PRECISION NOT NULL,
  note TEXT NOT NULL,
  time BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  done_by_name TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX movements_by_batch ON movements (batch_id);

CREATE TABLE exceptions (
  id TEXT NOT NULL PRIMARY KEY,
  batch_id TEXT NOT NULL,
  dose_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  code TEXT NOT NULL,
  summary TEXT NOT NULL,
  numbers TEXT NOT NULL,
  state TEXT NOT NULL,
  deviation_id TEXT,
  raised_time BIGINT NOT NULL,
  raised_by TEXT NOT NULL,
  raised_by_name TEXT NOT NULL,
  resolution TEXT,
  resolved_time BIGINT,
  resolved_by TEXT,
  resolved_by_name TEXT,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE INDEX exceptions_by_batch ON exceptions (batch_id);
CREATE INDEX exceptions_by_deviation ON exceptions (deviation_id);

-- The record of a batch as it stood when it was handed to Quality and when it was closed: never changed.
CREATE TABLE frozen_records (
  batch_id TEXT NOT NULL,
  record_version BIGINT NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  time BIGINT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL,
  PRIMARY KEY (batch_id, record_version)
);

CREATE TABLE doses (
  id TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  batch_id TEXT,
  site_id TEXT NOT NULL,
  product_code TEXT NOT NULL,
  product_version BIGINT NOT NULL,
  recipe_code TEXT NOT NULL,
  ordered TEXT NOT NULL,
  tolerance_fraction DOUBLE PRECISION NOT NULL,
  window_start_time BIGINT NOT NULL,
  window_end_time BIGINT NOT NULL,
  window_zone TEXT NOT NULL,
  release_by_time BIGINT NOT NULL,
  cutoff_time BIGINT NOT NULL,
  delivery_time BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  state TEXT NOT NULL,
  disposition TEXT NOT NULL,
  disposition_time BIGINT,
  record_version BIGINT NOT NULL,
  reading TEXT,
  measured TEXT,
  factor DOUBLE PRECISION NOT NULL,
  geometry TEXT NOT NULL,
  setting TEXT NOT NULL,
  instrument_id TEXT NOT NULL,
  volume_ml DOUBLE PRECISION NOT NULL,
  room_id TEXT NOT NULL,
  dispense_time BIGINT,
  dispensed_by TEXT NOT NULL,
  dispensed_by_name TEXT NOT NULL,
  contents TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  released_by_name TEXT NOT NULL,
  package_id TEXT NOT NULL,
  package_number TEXT NOT NULL,
  carrier TEXT NOT NULL,
  tracking_reference TEXT NOT NULL,
  transport_index_tenths INTEGER NOT NULL,
  ship_time BIGINT,
  in_transit BOOLEAN NOT NULL,
  delivered_time BIGINT,
  recipient TEXT NOT NULL,
  intact BOOLEAN NOT NULL,
  loss_cause TEXT NOT NULL,
  risks TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_time BIGINT NOT NULL,
  audit_hash TEXT NOT NULL
);
CREATE UNIQUE INDEX doses_by_order ON doses (order_id);
CREATE INDEX doses_by_run ON doses (run_id);
CREATE INDEX doses_by_batch ON doses (batch_id);
