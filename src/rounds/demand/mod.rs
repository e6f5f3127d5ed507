//! Demand: what each hospital reports it will use in a year, by lot and brand.
