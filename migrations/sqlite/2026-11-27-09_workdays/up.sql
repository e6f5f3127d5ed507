CREATE TABLE workdays (
    day DATE PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL
);
