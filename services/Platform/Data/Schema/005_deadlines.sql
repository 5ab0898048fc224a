-- An actor has one row: the earliest of its deadlines. Where one was left at the earliest of several, it is put right when its actor is woken.
-- The table reminders is left to a version that still runs beside this one; a later release drops it.
CREATE TABLE deadlines (
    actor_type      TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    due_time        BIGINT NOT NULL,
    next_time       BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    PRIMARY KEY (actor_type, actor_id)
);
CREATE INDEX deadlines_next ON deadlines (next_time);

INSERT INTO deadlines (actor_type, actor_id, due_time, next_time, tries)
SELECT CASE actor_type WHEN 'Dose' THEN 'dose' WHEN 'HotCell' THEN 'hot-cell' WHEN 'Reservation' THEN 'reservation' ELSE 'waste-container' END,
       actor_id, min(due_time), min(due_time), 0
FROM reminders GROUP BY actor_type, actor_id;
