CREATE TABLE retention_plans (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    year INTEGER NOT NULL,
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    state TEXT NOT NULL,
    parameter_set TEXT NOT NULL,
    parameters TEXT NOT NULL,
    version INTEGER NOT NULL,
    run INTEGER NOT NULL,
    computed_version INTEGER,
    computed_at BIGINT,
    hospitals INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    budget BIGINT NOT NULL,
    spend BIGINT NOT NULL,
    base BIGINT NOT NULL,
    retained BIGINT NOT NULL,
    inputs_sha256 TEXT NOT NULL,
    checked_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    approved_at BIGINT,
    UNIQUE (round_id, year)
);
CREATE TABLE retention_bases (
    plan_id TEXT NOT NULL REFERENCES retention_plans (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    generic TEXT NOT NULL,
    quantity BIGINT,
    price BIGINT,
    insured_share BIGINT,
    pay_ratio BIGINT,
    origin TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (plan_id, hospital_id, generic)
);
CREATE TABLE retention_lines (
    plan_id TEXT NOT NULL REFERENCES retention_plans (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    position INTEGER NOT NULL,
    generic TEXT NOT NULL,
    unit TEXT NOT NULL,
    base_quantity BIGINT,
    price_before BIGINT,
    insured_share BIGINT,
    pay_ratio BIGINT,
    agreed BIGINT NOT NULL,
    selected BIGINT NOT NULL,
    selected_amount BIGINT NOT NULL,
    above BIGINT NOT NULL,
    other BIGINT NOT NULL,
    other_amount BIGINT NOT NULL,
    evaluated BIGINT NOT NULL,
    evaluated_amount BIGINT NOT NULL,
    budget BIGINT,
    spend BIGINT NOT NULL,
    is_complete BOOLEAN NOT NULL,
    PRIMARY KEY (plan_id, hospital_id, position)
);
CREATE TABLE retention_purchases (
    plan_id TEXT NOT NULL REFERENCES retention_plans (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    position INTEGER NOT NULL,
    generic TEXT NOT NULL,
    kind TEXT NOT NULL,
    contract_id TEXT REFERENCES contracts (id),
    product_id TEXT REFERENCES products (id),
    unit_price BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    PRIMARY KEY (plan_id, hospital_id, position)
);
CREATE TABLE retention_sheets (
    plan_id TEXT NOT NULL REFERENCES retention_plans (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    run INTEGER NOT NULL,
    generics INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    incomplete INTEGER NOT NULL,
    budget BIGINT NOT NULL,
    spend BIGINT NOT NULL,
    base BIGINT,
    score BIGINT,
    grade TEXT NOT NULL,
    share BIGINT,
    retained BIGINT,
    cut BIGINT,
    inputs_sha256 TEXT NOT NULL,
    changed BOOLEAN NOT NULL,
    PRIMARY KEY (plan_id, hospital_id)
);
CREATE INDEX retention_sheets_by_hospital ON retention_sheets (hospital_id, plan_id);
CREATE TABLE assessments (
    id TEXT PRIMARY KEY NOT NULL,
    plan_id TEXT NOT NULL REFERENCES retention_plans (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    score BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    version INTEGER NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT,
    UNIQUE (plan_id, hospital_id)
);
CREATE INDEX receipts_by_hospital_day ON receipts (hospital_id, received_on, order_line_id, accepted);
CREATE INDEX returns_by_hospital_day ON returns (hospital_id, returned_on, order_line_id, quantity);
