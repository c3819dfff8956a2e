DROP FUNCTION sharaspot_limit_login(name, name);

-- Takes from the roles what they have in this database. A role that another database needs, or a login, stays.
DO $$
DECLARE
    schema text := current_schema();
    role   text;
BEGIN
    FOREACH role IN ARRAY ARRAY['sharaspot_migrator', 'sharaspot_reader', 'sharaspot_writer'] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', schema, role);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', schema, role);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON TABLES FROM %I', schema, role);
        BEGIN
            EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', role, current_database());
            IF NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = role) THEN
                EXECUTE format('DROP ROLE %I', role);
            END IF;
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', role, current_database());
            -- Not ours to drop, or another database's migration was quicker.
            WHEN insufficient_privilege OR undefined_object OR internal_error THEN
                NULL;
        END;
    END LOOP;
END $$;
