ALTER TABLE offers DROP COLUMN current_price;
