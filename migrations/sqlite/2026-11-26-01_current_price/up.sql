ALTER TABLE offers ADD COLUMN current_price BIGINT;
