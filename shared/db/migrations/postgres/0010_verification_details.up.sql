-- What a verification says beside its action. The port is one bit of the vocabulary.
ALTER TABLE verification_actions
    ADD COLUMN wait_time             smallint CHECK (wait_time BETWEEN 0 AND 1440),
    ADD COLUMN port_type_used        integer,
    ADD COLUMN ports_available       smallint CHECK (ports_available BETWEEN 0 AND 100),
    ADD COLUMN charging_success      boolean,
    ADD COLUMN payment_method        text,
    ADD COLUMN station_lighting      text,
    ADD COLUMN cleanliness_rating    smallint CHECK (cleanliness_rating BETWEEN 1 AND 5),
    ADD COLUMN charging_speed_rating smallint CHECK (charging_speed_rating BETWEEN 1 AND 5),
    ADD COLUMN amenities_rating      smallint CHECK (amenities_rating BETWEEN 1 AND 5),
    ADD COLUMN would_recommend       boolean,
    ADD COLUMN photo_id              uuid REFERENCES photos (id) ON DELETE SET NULL;
