-- What was added to the history lately, in the order in which it came: many entries in a row, a
-- beginning is one, and so is an end (StretchCodec). A hundredth of what a row of the table of all
-- history with its indexes costs; they go there when there is time.
CREATE TABLE history_recent (
    node VARCHAR(100) NOT NULL,
    place BIGINT NOT NULL,
    entry_count INTEGER NOT NULL,
    entries BYTEA NOT NULL,
    PRIMARY KEY (node, place)
);
