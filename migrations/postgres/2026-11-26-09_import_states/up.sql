UPDATE imports SET state = 'waiting' WHERE state IN ('review', 'reviewed');
