-- The id of a request is used once, by one caller: it is looked up by itself.
CREATE INDEX requests_id ON requests (request_id);
