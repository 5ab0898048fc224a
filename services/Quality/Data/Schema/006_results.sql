-- Earlier results of a test, latest first.
CREATE INDEX results_by_test ON results (specification_id, test_code, recorded_time);
