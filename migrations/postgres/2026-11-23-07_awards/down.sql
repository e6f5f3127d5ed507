DROP TABLE rulings;
DROP TABLE objections;
DROP TABLE allocations;
DROP TABLE lot_lines;
DROP TABLE decisions;
DROP TABLE awards;
