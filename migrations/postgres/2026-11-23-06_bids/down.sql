DROP TABLE offers;
DROP TABLE openers;
DROP TABLE refused_envelopes;
DROP TABLE envelopes;
