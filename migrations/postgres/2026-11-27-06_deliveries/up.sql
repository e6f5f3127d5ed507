CREATE TABLE shortfalls (
    id TEXT PRIMARY KEY NOT NULL,
    order_line_id TEXT NOT NULL UNIQUE REFERENCES order_lines (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    quantity BIGINT NOT NULL,
    noted_on DATE NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX shortfalls_by_hospital ON shortfalls (hospital_id, id);
CREATE INDEX shortfalls_by_supplier ON shortfalls (supplier_id, id);
CREATE TABLE trace_codes (
    code TEXT NOT NULL,
    delivery_line_id TEXT NOT NULL REFERENCES delivery_lines (id),
    freed_at BIGINT,
    PRIMARY KEY (code, delivery_line_id)
);
CREATE UNIQUE INDEX trace_codes_held ON trace_codes (code) WHERE freed_at IS NULL;
CREATE INDEX trace_codes_by_line ON trace_codes (delivery_line_id, code);
CREATE INDEX orders_by_state_time ON orders (state, placed_at, id);
CREATE INDEX order_lines_by_promise ON order_lines (state, promised_on, id);
CREATE INDEX deliveries_of_hospital ON deliveries (hospital_id, id);
CREATE INDEX deliveries_of_supplier ON deliveries (supplier_id, id);
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_by_number ON deliveries (number, id);
CREATE INDEX returns_by_order_line ON returns (order_line_id);
