-- Of a port that several subscribers share: the remote address towards which it was had; else 0.
ALTER TABLE history ADD COLUMN remote_ip BIGINT DEFAULT 0 NOT NULL;
