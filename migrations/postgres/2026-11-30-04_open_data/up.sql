CREATE TABLE ocds_releases (
    no BIGINT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    place INTEGER NOT NULL,
    tag TEXT NOT NULL,
    award_id TEXT REFERENCES awards (id),
    basis TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ocds_releases_by_round ON ocds_releases (round_id, place);
CREATE INDEX ocds_releases_by_place ON ocds_releases (place, no);
CREATE INDEX awards_by_round_published ON awards (round_id, published_at, version);
