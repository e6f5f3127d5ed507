CREATE TABLE incidents (
    id TEXT PRIMARY KEY NOT NULL,
    check_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    expected TEXT NOT NULL,
    found TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    ended_at BIGINT,
    remark TEXT NOT NULL,
    remark_by TEXT,
    remark_at BIGINT
);
CREATE INDEX incidents_by_end ON incidents (ended_at, id);
CREATE INDEX incidents_by_subject ON incidents (check_name, subject_id, ended_at);
CREATE TABLE incident_runs (
    id TEXT PRIMARY KEY NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    breaches BIGINT NOT NULL
);
CREATE INDEX incident_runs_by_end ON incident_runs (ended_at);
