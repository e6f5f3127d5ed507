-- Price cases: one for a rule and product (of several rules or none, one for each opening by hand), its steps with the
-- supplier's replies, what else happened, and the suspensions that stop orders. The first indexes serve the opening of
-- cases from findings, the lists and the escalation clock.
CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL,
    rule TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    supplier_id TEXT REFERENCES organisations (id),
    state TEXT NOT NULL,
    cycle INTEGER NOT NULL,
    level INTEGER NOT NULL,
    tier TEXT NOT NULL,
    assignee_id TEXT REFERENCES accounts (id),
    step TEXT,
    due_on DATE,
    reason TEXT NOT NULL,
    findings BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    hospitals BIGINT NOT NULL,
    months BIGINT NOT NULL,
    first_month DATE,
    last_month DATE,
    counted_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT,
    closed_at BIGINT,
    closing TEXT,
    closing_text TEXT NOT NULL,
    version INTEGER NOT NULL
);
CREATE UNIQUE INDEX cases_by_rule ON cases (rule, product_id) WHERE rule <> '';
CREATE INDEX cases_by_product ON cases (product_id);
CREATE INDEX cases_by_effect ON cases (effect, id);
CREATE INDEX cases_by_state ON cases (state, id);
CREATE INDEX cases_by_assignee ON cases (assignee_id, state);
CREATE INDEX cases_by_supplier ON cases (supplier_id, id);
CREATE TABLE case_steps (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    cycle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    dated DATE NOT NULL,
    deadline DATE NOT NULL,
    due_on DATE NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    old_price BIGINT,
    new_price BIGINT,
    from_day DATE,
    to_day DATE,
    replacement_id TEXT REFERENCES products (id),
    outcome TEXT,
    outcome_text TEXT NOT NULL,
    overdue_at BIGINT,
    made_at BIGINT NOT NULL,
    made_by TEXT,
    ended_at BIGINT,
    ended_by TEXT
);
CREATE INDEX case_steps_by_case ON case_steps (case_id, made_at);
CREATE INDEX case_steps_by_due ON case_steps (state, due_on);
CREATE TABLE case_replies (
    id TEXT PRIMARY KEY NOT NULL,
    step_id TEXT NOT NULL REFERENCES case_steps (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    body TEXT NOT NULL,
    is_late BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX case_replies_by_case ON case_replies (case_id, at);
CREATE TABLE case_events (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    cycle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    remark TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX case_events_by_case ON case_events (case_id, at);
CREATE TABLE suspensions (
    id TEXT PRIMARY KEY NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    supplier_id TEXT REFERENCES organisations (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    number TEXT NOT NULL,
    from_day DATE NOT NULL,
    to_day DATE,
    approved_at BIGINT NOT NULL,
    approved_by TEXT,
    lifted_at BIGINT,
    lifted_by TEXT,
    lift_number TEXT NOT NULL,
    lift_reason TEXT NOT NULL
);
CREATE INDEX suspensions_by_product ON suspensions (product_id);
CREATE INDEX suspensions_by_case ON suspensions (case_id);
CREATE INDEX suspensions_standing ON suspensions (lifted_at, to_day);
CREATE INDEX findings_without_case ON findings (product_id, rule) WHERE case_id IS NULL;
