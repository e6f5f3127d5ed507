DROP TABLE consumers;
DROP TABLE standards;
DROP TABLE releases;
