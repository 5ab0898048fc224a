-- A certificate of analysis names the lots of its batch.
CREATE INDEX trace_links_batch ON trace_links (batch_id, kind, thing_id);
