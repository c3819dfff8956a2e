-- no-transaction
-- The newest chargers of a least power, by the index alone. From 22 kW on: what charges more slowly is most of all, which the
-- index by time finds as quickly. Power does not come first: the planner, which expects few rows of every filter, would then
-- sort all fast chargers for one page.
CREATE INDEX CONCURRENTLY IF NOT EXISTS chargers_power ON chargers (created_at DESC, id DESC)
    INCLUDE (verification_level, port_mask, amenity_mask, max_power_kw) WHERE max_power_kw >= 22;
