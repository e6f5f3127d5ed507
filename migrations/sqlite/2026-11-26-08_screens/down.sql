DROP TABLE screen_remarks;
DROP TABLE submissions;
