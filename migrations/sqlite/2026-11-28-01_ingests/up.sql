-- Purchases by the million: short numbers stand for hospital and product, the two indexes serve a hospital's history and
-- a product's prices, and a row is known again by its content and how often that content came before in its file.
CREATE TABLE hospital_numbers (
    no INTEGER PRIMARY KEY NOT NULL,
    hospital_id TEXT NOT NULL UNIQUE REFERENCES organisations (id)
);
CREATE TABLE product_numbers (
    no INTEGER PRIMARY KEY NOT NULL,
    product_id TEXT NOT NULL UNIQUE REFERENCES products (id)
);
CREATE TABLE ingests (
    no INTEGER PRIMARY KEY NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    lines BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    staged BIGINT NOT NULL,
    added BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    unmatched BIGINT NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    first_id INTEGER NOT NULL,
    account_id TEXT,
    created_at BIGINT NOT NULL,
    applied_at BIGINT
);
CREATE INDEX ingests_by_day ON ingests (last_day, state);
CREATE TABLE staged_transactions (
    ingest INTEGER NOT NULL,
    n INTEGER NOT NULL,
    line BIGINT NOT NULL,
    day DATE NOT NULL,
    hospital INTEGER NOT NULL,
    product INTEGER NOT NULL,
    hospital_code TEXT NOT NULL,
    product_code TEXT NOT NULL,
    supplier TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    nth INTEGER NOT NULL,
    PRIMARY KEY (ingest, n)
);
CREATE TABLE unmatched_transactions (
    id INTEGER PRIMARY KEY NOT NULL,
    ingest INTEGER NOT NULL REFERENCES ingests (no),
    line BIGINT NOT NULL,
    day DATE NOT NULL,
    hospital_code TEXT NOT NULL,
    product_code TEXT NOT NULL,
    supplier TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    nth INTEGER NOT NULL
);
CREATE INDEX unmatched_by_product ON unmatched_transactions (product_code, hospital_code, day);
INSERT INTO hospital_numbers (no, hospital_id)
    SELECT ROW_NUMBER() OVER (ORDER BY id), id FROM organisations WHERE kind = 'hospital';
INSERT INTO product_numbers (no, product_id) SELECT ROW_NUMBER() OVER (ORDER BY id), id FROM products;
DROP INDEX transactions_by_hospital;
DROP INDEX transactions_by_product;
ALTER TABLE transactions RENAME TO old_transactions;
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY NOT NULL,
    day DATE NOT NULL,
    hospital INTEGER NOT NULL,
    product INTEGER NOT NULL,
    supplier TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    nth INTEGER NOT NULL
);
INSERT INTO transactions (id, day, hospital, product, supplier, quantity, unit_price, amount, nth)
    SELECT ROW_NUMBER() OVER (ORDER BY p.no, t.day, h.no, t.id), t.day, h.no, p.no, t.supplier, t.quantity, t.unit_price, t.amount, 1
    FROM old_transactions t
    INNER JOIN hospital_numbers h ON h.hospital_id = t.hospital_id
    INNER JOIN product_numbers p ON p.product_id = t.product_id;
-- What was there before counts as one file, so that files of the same days are compared with it.
INSERT INTO ingests (no, sha256, file_name, state, lines, bad, staged, added, unchanged, unmatched, first_day, last_day, first_id, created_at)
    SELECT 1, '', '', 'applied', COUNT(*), 0, COUNT(*), COUNT(*), 0, 0, MIN(day), MAX(day), 1, 0 FROM transactions HAVING COUNT(*) > 0;
INSERT INTO counters (name, value) SELECT 'transactions', COUNT(*) FROM transactions;
INSERT INTO counters (name, value) SELECT 'ingests', COUNT(*) FROM ingests;
DROP TABLE old_transactions;
CREATE INDEX transactions_by_hospital ON transactions (hospital, product, day, quantity);
CREATE INDEX transactions_by_product ON transactions (product, day, hospital, unit_price, quantity);
