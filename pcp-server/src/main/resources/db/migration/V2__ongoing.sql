-- What is still going on is looked for at each start, among years of what is over.
CREATE INDEX history_end ON history (to_millis, node);
