DROP TABLE successor_rounds;
DROP TABLE contract_events;
