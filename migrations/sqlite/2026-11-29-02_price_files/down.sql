DROP TABLE api_tokens;
DROP TABLE folder_sightings;
DROP TABLE listing_changes;
DROP TABLE unmatched_listings;
DROP TABLE staged_listings;
DROP TABLE unmatched_sums;
DROP TABLE price_file_faults;
DROP TABLE price_files;
DELETE FROM counters WHERE name = 'price_files';
