CREATE TABLE entitlements (
    award_id TEXT NOT NULL REFERENCES awards (id),
    offer_id TEXT NOT NULL REFERENCES offers (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    question TEXT NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (award_id, offer_id)
);
CREATE TABLE questions (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    offer_id TEXT NOT NULL REFERENCES offers (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    batch TEXT NOT NULL,
    question TEXT NOT NULL,
    price BIGINT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT,
    asked_at BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    answer BIGINT,
    answered_by TEXT,
    closed_at BIGINT,
    remark TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX questions_open ON questions (offer_id, question) WHERE state = 'open';
CREATE INDEX questions_by_round ON questions (round_id, id);
CREATE INDEX questions_by_supplier ON questions (supplier_id, round_id);
CREATE INDEX questions_by_deadline ON questions (state, deadline);
CREATE TABLE replies (
    id TEXT PRIMARY KEY NOT NULL,
    question_id TEXT NOT NULL REFERENCES questions (id),
    outcome TEXT NOT NULL,
    price BIGINT,
    account_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX replies_by_question ON replies (question_id, id);
