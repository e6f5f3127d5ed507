CREATE TABLE releases (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    lines INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    account_id TEXT
);
CREATE TABLE standards (
    seq BIGINT PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    release_id TEXT NOT NULL REFERENCES releases (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    lot TEXT NOT NULL,
    product TEXT NOT NULL,
    generic TEXT NOT NULL,
    spec TEXT NOT NULL,
    pack TEXT NOT NULL,
    company TEXT NOT NULL,
    standard BIGINT NOT NULL,
    price BIGINT NOT NULL,
    starts DATE NOT NULL,
    ends DATE,
    basis TEXT NOT NULL,
    clause TEXT NOT NULL,
    arithmetic TEXT NOT NULL,
    supersedes BIGINT
);
CREATE INDEX standards_by_product ON standards (product, seq);
CREATE INDEX standards_by_supersedes ON standards (supersedes);
CREATE INDEX standards_by_round ON standards (round_id, seq);
CREATE INDEX standards_by_release ON standards (release_id, seq);
CREATE TABLE consumers (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    active BOOLEAN NOT NULL,
    acknowledged BIGINT NOT NULL,
    acknowledged_at BIGINT,
    created_at BIGINT NOT NULL
);
