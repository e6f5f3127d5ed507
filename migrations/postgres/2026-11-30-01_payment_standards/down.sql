DROP TABLE price_links;
DROP TABLE effect_lines;
DROP TABLE effects;
DROP INDEX standards_by_product;
DROP INDEX standards_by_supersedes;
DROP INDEX standards_by_round;
DROP INDEX standards_by_release;
DROP INDEX releases_by_round;
DROP INDEX releases_by_list;
ALTER TABLE standards RENAME TO new_standards;
ALTER TABLE releases RENAME TO new_releases;
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
INSERT INTO releases (id, number, round_id, first_seq, last_seq, lines, sha256, released_at, account_id)
    SELECT id, number, round_id, first_seq, last_seq, lines, sha256, released_at, account_id FROM new_releases WHERE round_id IS NOT NULL;
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
INSERT INTO standards (seq, id, release_id, round_id, lot, product, generic, spec, pack, company, standard, price, starts, ends, basis, clause, arithmetic, supersedes)
    SELECT seq, id, release_id, round_id, lot, product, generic, spec, pack, company, standard, price, starts, ends, basis, clause, arithmetic, supersedes FROM new_standards WHERE round_id IS NOT NULL;
DROP TABLE new_standards;
DROP TABLE new_releases;
CREATE INDEX standards_by_product ON standards (product, seq);
CREATE INDEX standards_by_supersedes ON standards (supersedes);
CREATE INDEX standards_by_round ON standards (round_id, seq);
CREATE INDEX standards_by_release ON standards (release_id, seq);
DROP TABLE negotiated_lines;
DROP TABLE negotiated_lists;
