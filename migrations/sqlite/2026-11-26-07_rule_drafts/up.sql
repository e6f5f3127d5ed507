CREATE TABLE rule_drafts (
    id TEXT PRIMARY KEY NOT NULL,
    origin_id TEXT NOT NULL REFERENCES rule_sets (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    rule_set_id TEXT REFERENCES rule_sets (id),
    created_by TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rule_drafts_by_state ON rule_drafts (state, id);
CREATE INDEX rounds_by_rule_set ON rounds (rule_set_id);
