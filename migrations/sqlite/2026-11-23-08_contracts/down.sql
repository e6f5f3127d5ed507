DROP TABLE contract_changes;
DROP TABLE contracts;
