-- Standards follow from a round's award or from a list of negotiated drugs (谈判药品): what always named a round may
-- name a list instead. SQLite cannot drop a constraint, so both tables are built anew.
CREATE TABLE negotiated_lists (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    account_id TEXT
);
CREATE TABLE negotiated_lines (
    list_id TEXT NOT NULL REFERENCES negotiated_lists (id),
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    payment_standard BIGINT NOT NULL,
    unit TEXT NOT NULL,
    starts DATE NOT NULL,
    ends DATE,
    dual_channel BOOLEAN NOT NULL,
    document TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (list_id, position)
);
DROP INDEX standards_by_product;
DROP INDEX standards_by_supersedes;
DROP INDEX standards_by_round;
DROP INDEX standards_by_release;
ALTER TABLE standards RENAME TO old_standards;
ALTER TABLE releases RENAME TO old_releases;
CREATE TABLE releases (
    id TEXT PRIMARY KEY NOT NULL,
    number TEXT NOT NULL UNIQUE,
    round_id TEXT REFERENCES rounds (id),
    list_id TEXT REFERENCES negotiated_lists (id),
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    lines INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    account_id TEXT
);
INSERT INTO releases (id, number, round_id, first_seq, last_seq, lines, sha256, released_at, account_id)
    SELECT id, number, round_id, first_seq, last_seq, lines, sha256, released_at, account_id FROM old_releases;
CREATE TABLE standards (
    seq BIGINT PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    release_id TEXT NOT NULL REFERENCES releases (id),
    round_id TEXT REFERENCES rounds (id),
    lot TEXT NOT NULL,
    product TEXT NOT NULL,
    generic TEXT NOT NULL,
    spec TEXT NOT NULL,
    pack TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL,
    standard BIGINT NOT NULL,
    price BIGINT NOT NULL,
    starts DATE NOT NULL,
    ends DATE,
    basis TEXT NOT NULL,
    clause TEXT NOT NULL,
    arithmetic TEXT NOT NULL,
    dual_channel BOOLEAN NOT NULL DEFAULT FALSE,
    document TEXT NOT NULL DEFAULT '',
    remark TEXT NOT NULL DEFAULT '',
    supersedes BIGINT
);
INSERT INTO standards (seq, id, release_id, round_id, lot, product, generic, spec, pack, company, standard, price, starts, ends, basis, clause, arithmetic, supersedes)
    SELECT seq, id, release_id, round_id, lot, product, generic, spec, pack, company, standard, price, starts, ends, basis, clause, arithmetic, supersedes FROM old_standards;
DROP TABLE old_standards;
DROP TABLE old_releases;
CREATE INDEX releases_by_round ON releases (round_id, first_seq);
CREATE INDEX releases_by_list ON releases (list_id, first_seq);
CREATE INDEX standards_by_product ON standards (product, seq);
CREATE INDEX standards_by_supersedes ON standards (supersedes);
CREATE INDEX standards_by_round ON standards (round_id, seq);
CREATE INDEX standards_by_release ON standards (release_id, seq);
-- What a draft would have done to last year's purchases, kept as the second person saw it.
CREATE TABLE effects (
    id TEXT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    computed_at BIGINT NOT NULL,
    account_id TEXT,
    release_id TEXT REFERENCES releases (id)
);
CREATE INDEX effects_by_subject ON effects (subject, subject_id, computed_at);
CREATE INDEX effects_by_release ON effects (release_id);
CREATE TABLE effect_lines (
    effect_id TEXT NOT NULL REFERENCES effects (id),
    position INTEGER NOT NULL,
    lot TEXT NOT NULL,
    product TEXT NOT NULL,
    generic TEXT NOT NULL,
    spec TEXT NOT NULL,
    company TEXT NOT NULL,
    starts DATE NOT NULL,
    products INTEGER NOT NULL,
    purchases BIGINT NOT NULL,
    standard_before BIGINT,
    standard_after BIGINT NOT NULL,
    quantity BIGINT,
    fund_before BIGINT,
    fund_after BIGINT,
    excess_before BIGINT,
    excess_after BIGINT,
    arithmetic TEXT NOT NULL,
    PRIMARY KEY (effect_id, position)
);
-- Prices that left the standard in force, one row for each pair of figures (药价保联动).
CREATE TABLE price_links (
    no BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL REFERENCES standards (seq),
    source TEXT NOT NULL,
    product_id TEXT NOT NULL,
    code TEXT NOT NULL,
    generic TEXT NOT NULL,
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    price BIGINT NOT NULL,
    standard BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ended_at BIGINT,
    account_id TEXT,
    UNIQUE (seq, source, product_id, price, standard)
);
CREATE INDEX price_links_by_state ON price_links (state, no);
