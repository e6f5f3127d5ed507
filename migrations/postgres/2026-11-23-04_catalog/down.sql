DROP TABLE transactions;
DROP TABLE imports;
DROP TABLE products;
