-- What a verification says beside its action. The port is one bit of the vocabulary.
ALTER TABLE verification_actions ADD COLUMN wait_time INTEGER CHECK (wait_time BETWEEN 0 AND 1440);
ALTER TABLE verification_actions ADD COLUMN port_type_used INTEGER;
ALTER TABLE verification_actions ADD COLUMN ports_available INTEGER CHECK (ports_available BETWEEN 0 AND 100);
ALTER TABLE verification_actions ADD COLUMN charging_success INTEGER CHECK (charging_success IN (0, 1));
ALTER TABLE verification_actions ADD COLUMN payment_method TEXT;
ALTER TABLE verification_actions ADD COLUMN station_lighting TEXT;
ALTER TABLE verification_actions ADD COLUMN cleanliness_rating INTEGER CHECK (cleanliness_rating BETWEEN 1 AND 5);
ALTER TABLE verification_actions ADD COLUMN charging_speed_rating INTEGER CHECK (charging_speed_rating BETWEEN 1 AND 5);
ALTER TABLE verification_actions ADD COLUMN amenities_rating INTEGER CHECK (amenities_rating BETWEEN 1 AND 5);
ALTER TABLE verification_actions ADD COLUMN would_recommend INTEGER CHECK (would_recommend IN (0, 1));
ALTER TABLE verification_actions ADD COLUMN photo_id TEXT REFERENCES photos (id) ON DELETE SET NULL;
