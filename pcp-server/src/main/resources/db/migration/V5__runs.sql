-- What has settled of the history: pages of many entries each (StretchCodec), sorted by external
-- port. A page belongs to a run, and counts once the row of its run is there. In part 0 is what is
-- over; in part 1 what was still going on when the run was made: of the newest run alone it counts.
-- Parts 2 and 3 have one row for each run: which ports the pages of parts 0 and 1 begin with, eight
-- octets for a page (PortKey).
CREATE TABLE history_page (
    node VARCHAR(100) NOT NULL,
    part SMALLINT NOT NULL,
    run BIGINT NOT NULL,
    page INTEGER NOT NULL,
    entries BYTEA NOT NULL,
    PRIMARY KEY (node, part, run, page)
);

-- last_place: what is recent up to there is in this run or an earlier one. most_ports: of an entry
-- of this run or an earlier one. from_millis and to_millis: first beginning and last end of what is
-- over.
CREATE TABLE history_run (
    node VARCHAR(100) NOT NULL,
    run BIGINT NOT NULL,
    last_place BIGINT NOT NULL,
    most_ports INTEGER NOT NULL,
    from_millis BIGINT NOT NULL,
    to_millis BIGINT NOT NULL,
    PRIMARY KEY (node, run)
);

CREATE INDEX history_run_end ON history_run (node, to_millis);
