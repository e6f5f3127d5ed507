DROP TABLE listings;
DROP TABLE findings;
