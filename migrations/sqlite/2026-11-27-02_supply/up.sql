CREATE TABLE orders (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    region TEXT NOT NULL,
    request_id TEXT NOT NULL,
    state TEXT NOT NULL,
    lines INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    placed_on DATE NOT NULL,
    placed_at BIGINT NOT NULL,
    placed_by TEXT,
    confirmed_at BIGINT,
    confirmed_by TEXT
);
CREATE INDEX orders_by_hospital ON orders (hospital_id, number);
CREATE INDEX orders_by_supplier ON orders (supplier_id, number);
CREATE INDEX orders_by_supplier_state ON orders (supplier_id, state, number);
CREATE INDEX orders_by_request ON orders (request_id);
CREATE TABLE order_lines (
    id TEXT PRIMARY KEY NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    hospital_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    contract_id TEXT REFERENCES contracts (id),
    volume_id TEXT REFERENCES agreed_volumes (id),
    product_id TEXT REFERENCES products (id),
    generic TEXT NOT NULL,
    product TEXT NOT NULL,
    spec TEXT NOT NULL,
    unit TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    placed_on DATE NOT NULL,
    state TEXT NOT NULL,
    promised BIGINT,
    promised_on DATE,
    distributor_id TEXT,
    shipped BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    released BIGINT NOT NULL,
    UNIQUE (order_id, position)
);
CREATE INDEX order_lines_by_hospital ON order_lines (hospital_id, placed_on, id);
CREATE INDEX order_lines_by_supplier ON order_lines (supplier_id, placed_on, id);
CREATE INDEX order_lines_by_contract ON order_lines (contract_id, placed_on, id);
CREATE INDEX order_lines_by_volume ON order_lines (volume_id);
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    distributor_id TEXT,
    state TEXT NOT NULL,
    sent_on DATE NOT NULL,
    sent_at BIGINT NOT NULL,
    sent_by TEXT,
    UNIQUE (supplier_id, number)
);
CREATE INDEX deliveries_by_order ON deliveries (order_id);
CREATE INDEX deliveries_by_hospital ON deliveries (hospital_id, state, id);
CREATE INDEX deliveries_by_supplier ON deliveries (supplier_id, state, id);
CREATE TABLE delivery_lines (
    id TEXT PRIMARY KEY NOT NULL,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    position INTEGER NOT NULL,
    order_line_id TEXT NOT NULL REFERENCES order_lines (id),
    quantity BIGINT NOT NULL,
    batch TEXT NOT NULL,
    expires_on DATE NOT NULL,
    UNIQUE (delivery_id, position)
);
CREATE INDEX delivery_lines_by_order_line ON delivery_lines (order_line_id);
CREATE TABLE receipts (
    id TEXT PRIMARY KEY NOT NULL,
    delivery_line_id TEXT NOT NULL UNIQUE REFERENCES delivery_lines (id),
    order_line_id TEXT NOT NULL REFERENCES order_lines (id),
    hospital_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    payer TEXT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    reason TEXT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    invoiced BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    state TEXT NOT NULL,
    received_on DATE NOT NULL,
    due_on DATE NOT NULL,
    received_at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX receipts_by_order_line ON receipts (order_line_id);
CREATE INDEX receipts_by_hospital ON receipts (hospital_id, state, due_on, id);
CREATE INDEX receipts_by_supplier ON receipts (supplier_id, state, due_on, id);
CREATE INDEX receipts_by_due ON receipts (state, due_on, id);
CREATE TABLE returns (
    id TEXT PRIMARY KEY NOT NULL,
    receipt_id TEXT NOT NULL REFERENCES receipts (id),
    order_line_id TEXT NOT NULL REFERENCES order_lines (id),
    hospital_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    returned_on DATE NOT NULL,
    at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX returns_by_receipt ON returns (receipt_id);
CREATE INDEX returns_by_hospital ON returns (hospital_id, id);
CREATE INDEX returns_by_supplier ON returns (supplier_id, id);
