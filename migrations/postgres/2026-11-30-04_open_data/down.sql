DROP INDEX awards_by_round_published;
DROP TABLE ocds_releases;
