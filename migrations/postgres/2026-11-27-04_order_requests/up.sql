CREATE TABLE order_requests (
    id TEXT PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    faulty INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT,
    ended_at BIGINT,
    ended_by TEXT
);
CREATE INDEX order_requests_by_hospital ON order_requests (hospital_id, state, id);
CREATE TABLE order_request_lines (
    request_id TEXT NOT NULL REFERENCES order_requests (id),
    position INTEGER NOT NULL,
    source INTEGER NOT NULL,
    contract TEXT NOT NULL,
    product TEXT NOT NULL,
    supplier TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price TEXT NOT NULL,
    unreadable TEXT NOT NULL,
    fault TEXT NOT NULL,
    contract_id TEXT,
    product_id TEXT,
    supplier_id TEXT,
    generic TEXT NOT NULL,
    named TEXT NOT NULL,
    spec TEXT NOT NULL,
    counted TEXT NOT NULL,
    ordered BIGINT,
    price BIGINT,
    agreed BIGINT NOT NULL,
    ordinary BIGINT NOT NULL,
    order_id TEXT,
    PRIMARY KEY (request_id, position)
);
CREATE TABLE order_releases (
    id TEXT PRIMARY KEY NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    order_line_id TEXT NOT NULL REFERENCES order_lines (id),
    quantity BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX order_releases_by_order ON order_releases (order_id, at, id);
CREATE INDEX orders_by_hospital_state ON orders (hospital_id, state, number);
CREATE INDEX orders_by_state_number ON orders (state, number);
CREATE INDEX order_lines_by_generic ON order_lines (generic, order_id);
