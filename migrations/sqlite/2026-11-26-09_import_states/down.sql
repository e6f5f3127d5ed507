UPDATE imports SET state = 'review' WHERE state = 'waiting' AND kind = 'products';
UPDATE imports SET state = 'reviewed' WHERE state = 'waiting' AND kind = 'lots';
