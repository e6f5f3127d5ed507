-- The level at which an officer recorded a shortage by hand; `none` of those that the nightly watch found.
ALTER TABLE shortages ADD COLUMN recorded TEXT NOT NULL DEFAULT 'none';
