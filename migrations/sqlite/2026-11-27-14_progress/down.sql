DROP TABLE progress_sums;
DROP TABLE supply_counts;
