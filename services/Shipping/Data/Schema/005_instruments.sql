-- What Execution told of equipment, a row each time: a reading is judged by what held when it was read. A copy of its facts, and no record.
CREATE TABLE instruments (
    equipment_id            TEXT NOT NULL,
    position                BIGINT NOT NULL,
    since_time              BIGINT NOT NULL,
    code                    TEXT NOT NULL,
    kind                    TEXT NOT NULL,
    site_id                 TEXT NOT NULL,
    in_service              BOOLEAN NOT NULL,
    qualification_due_time  BIGINT NOT NULL,
    calibration_due_time    BIGINT,
    PRIMARY KEY (equipment_id, position)
);

-- Code on the meter's plate when it was read; empty in surveys from before meters were equipment.
ALTER TABLE surveys ADD COLUMN instrument_code TEXT NOT NULL DEFAULT '';
