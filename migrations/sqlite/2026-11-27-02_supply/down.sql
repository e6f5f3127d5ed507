DROP TABLE returns;
DROP TABLE receipts;
DROP TABLE delivery_lines;
DROP TABLE deliveries;
DROP TABLE order_lines;
DROP TABLE orders;
