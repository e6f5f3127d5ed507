CREATE TABLE submissions (
    envelope_id TEXT PRIMARY KEY NOT NULL REFERENCES envelopes (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    network TEXT NOT NULL,
    device TEXT NOT NULL,
    agent TEXT NOT NULL,
    author TEXT NOT NULL,
    editor TEXT NOT NULL,
    made TEXT NOT NULL
);
CREATE INDEX submissions_by_round ON submissions (round_id, seq);
CREATE TABLE screen_remarks (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    finding TEXT NOT NULL,
    screen TEXT NOT NULL,
    figure TEXT NOT NULL,
    outcome TEXT NOT NULL,
    remark TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX screen_remarks_by_round ON screen_remarks (round_id, at);
