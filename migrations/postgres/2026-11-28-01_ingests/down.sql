ALTER TABLE transactions RENAME TO new_transactions;
CREATE TABLE transactions (
    id TEXT PRIMARY KEY NOT NULL,
    day DATE NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    product_id TEXT NOT NULL REFERENCES products (id),
    supplier TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL
);
INSERT INTO transactions (id, day, hospital_id, product_id, supplier, quantity, unit_price, amount)
    SELECT '00000000-0000-7000-8000-' || substr('000000000000' || CAST(t.id AS TEXT), length(CAST(t.id AS TEXT)) + 1),
        t.day, h.hospital_id, p.product_id, t.supplier, t.quantity, t.unit_price, t.amount
    FROM new_transactions t
    INNER JOIN hospital_numbers h ON h.no = t.hospital
    INNER JOIN product_numbers p ON p.no = t.product;
DROP TABLE new_transactions;
DROP TABLE unmatched_transactions;
DROP TABLE staged_transactions;
DROP TABLE ingests;
DROP TABLE product_numbers;
DROP TABLE hospital_numbers;
DELETE FROM counters WHERE name IN ('transactions', 'ingests');
CREATE INDEX transactions_by_hospital ON transactions (hospital_id, product_id, day);
CREATE INDEX transactions_by_product ON transactions (product_id, day);
