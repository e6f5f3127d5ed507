-- A supplier may win with several products of one lot, and what each cost before is its own. What was kept by lot and
-- supplier alone is made again from the awards by the next count.
DROP TABLE indicator_references;
CREATE TABLE indicator_references (
    lot_id TEXT NOT NULL,
    supplier_id TEXT NOT NULL,
    product TEXT NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (lot_id, supplier_id, product)
);
