DROP TABLE indicator_references;
CREATE TABLE indicator_references (
    lot_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (lot_id, supplier_id)
);
