CREATE TABLE mails (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT,
    address TEXT NOT NULL,
    lang TEXT NOT NULL,
    template TEXT NOT NULL,
    data TEXT NOT NULL,
    dedupe TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT,
    error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX mails_due ON mails (state, next_at, id);
CREATE INDEX mails_by_state ON mails (state, id);
CREATE TABLE jobs (
    name TEXT PRIMARY KEY NOT NULL,
    cron TEXT NOT NULL
);
CREATE TABLE job_runs (
    job TEXT NOT NULL,
    slot BIGINT NOT NULL,
    node TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job, slot)
);
CREATE INDEX job_runs_by_time ON job_runs (slot, job);
CREATE INDEX job_runs_by_outcome ON job_runs (outcome, slot);
CREATE TABLE documents (
    id TEXT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    account_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX documents_by_subject ON documents (subject, subject_id, id);
