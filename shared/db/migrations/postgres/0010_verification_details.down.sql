ALTER TABLE verification_actions
    DROP COLUMN wait_time, DROP COLUMN port_type_used, DROP COLUMN ports_available, DROP COLUMN charging_success,
    DROP COLUMN payment_method, DROP COLUMN station_lighting, DROP COLUMN cleanliness_rating,
    DROP COLUMN charging_speed_rating, DROP COLUMN amenities_rating, DROP COLUMN would_recommend, DROP COLUMN photo_id;
