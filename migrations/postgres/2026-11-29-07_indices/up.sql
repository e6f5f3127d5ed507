-- Price indices: a basket is a reviewed document with its items and their weights; what is counted of it month by month,
-- down to the item; and what is said when an index of decoction pieces has moved. Hospital preparations: what is made,
-- each version of its cost review sheet, and the sheet's lines.
CREATE TABLE baskets (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    kind TEXT NOT NULL,
    formulas TEXT NOT NULL,
    base_from DATE NOT NULL,
    base_months INTEGER NOT NULL,
    base_value BIGINT NOT NULL,
    missing TEXT NOT NULL,
    threshold BIGINT,
    from_month DATE NOT NULL,
    to_month DATE,
    owner TEXT NOT NULL,
    review_day DATE NOT NULL,
    purpose TEXT NOT NULL,
    source TEXT NOT NULL,
    confidence TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    asked_by TEXT REFERENCES accounts (id),
    asked_at BIGINT,
    decided_by TEXT REFERENCES accounts (id),
    decided_at BIGINT,
    remark TEXT NOT NULL,
    counted_to INTEGER NOT NULL,
    counted_at BIGINT
);
CREATE UNIQUE INDEX baskets_by_name ON baskets (name, version);
CREATE TABLE basket_items (
    basket_id TEXT NOT NULL REFERENCES baskets (id),
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    base_quantity BIGINT,
    base_amount BIGINT,
    origin TEXT NOT NULL,
    PRIMARY KEY (basket_id, position)
);
CREATE UNIQUE INDEX basket_items_by_product ON basket_items (basket_id, product_id);
CREATE TABLE index_months (
    basket_id TEXT NOT NULL REFERENCES baskets (id),
    month DATE NOT NULL,
    purchased INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    returned INTEGER NOT NULL,
    p0q0 BIGINT NOT NULL,
    p1q0 BIGINT NOT NULL,
    p0q1 BIGINT NOT NULL,
    p1q1 BIGINT NOT NULL,
    laspeyres BIGINT,
    paasche BIGINT,
    fisher BIGINT,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (basket_id, month)
);
CREATE TABLE index_items (
    basket_id TEXT NOT NULL REFERENCES baskets (id),
    month DATE NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    price BIGINT NOT NULL,
    p0q0 BIGINT NOT NULL,
    p1q0 BIGINT NOT NULL,
    p0q1 BIGINT NOT NULL,
    contribution BIGINT NOT NULL,
    PRIMARY KEY (basket_id, month, position)
);
CREATE INDEX index_items_by_contribution ON index_items (basket_id, month, contribution, position);
CREATE TABLE linkage_notices (
    id TEXT PRIMARY KEY NOT NULL,
    basket_id TEXT NOT NULL REFERENCES baskets (id),
    month DATE NOT NULL,
    reference_month DATE,
    reference BIGINT NOT NULL,
    value BIGINT NOT NULL,
    change BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    pieces TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX linkage_notices_by_month ON linkage_notices (basket_id, month);
CREATE TABLE preparations (
    id TEXT PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    approval TEXT NOT NULL,
    spec TEXT NOT NULL,
    pack TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX preparations_by_hospital ON preparations (hospital_id, approval, spec, pack);
CREATE TABLE cost_sheets (
    id TEXT PRIMARY KEY NOT NULL,
    preparation_id TEXT NOT NULL REFERENCES preparations (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    batch BIGINT NOT NULL,
    yield_share BIGINT NOT NULL,
    rate BIGINT NOT NULL,
    change_reason TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    remark TEXT NOT NULL,
    price BIGINT,
    from_day DATE,
    to_day DATE,
    due_day DATE,
    submitted_by TEXT REFERENCES accounts (id),
    submitted_at BIGINT,
    asked_by TEXT REFERENCES accounts (id),
    decided_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cost_sheets_by_version ON cost_sheets (preparation_id, version);
CREATE INDEX cost_sheets_by_state ON cost_sheets (state, id);
CREATE INDEX cost_sheets_by_hospital ON cost_sheets (hospital_id, id);
CREATE INDEX cost_sheets_by_due ON cost_sheets (state, due_day);
CREATE TABLE cost_lines (
    id TEXT PRIMARY KEY NOT NULL,
    sheet_id TEXT NOT NULL REFERENCES cost_sheets (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    basis TEXT NOT NULL,
    amount BIGINT NOT NULL,
    accepted BIGINT,
    reason TEXT NOT NULL
);
CREATE UNIQUE INDEX cost_lines_by_sheet ON cost_lines (sheet_id, position);
