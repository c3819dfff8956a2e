-- Who may do what, and for how long: a reader, a writer and a migrator, which logins are members of.
-- Roles belong to the cluster and not to this database: others may make them, or drop them, at the same moment, so what fails
-- because of that is tried again. Where the migrator may not make roles, or not set them up, it says so and goes on.
DO $$
DECLARE
    schema   text := current_schema();
    role     text;
    settings text;
    setting  text;
BEGIN
    FOR attempt IN 1..40 LOOP
        BEGIN
            FOREACH role IN ARRAY ARRAY['sharaspot_migrator', 'sharaspot_reader', 'sharaspot_writer'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', role);
                END IF;
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', schema, role);
                EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', schema, role);
                EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO %I', schema, role);
            END LOOP;
            FOREACH role IN ARRAY ARRAY['sharaspot_migrator', 'sharaspot_writer'] LOOP
                EXECUTE format('GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', schema, role);
                EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT INSERT, UPDATE, DELETE ON TABLES TO %I',
                    schema, role);
            END LOOP;
            EXECUTE format('GRANT CREATE ON SCHEMA %I TO sharaspot_migrator', schema);
            REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM sharaspot_writer;

            -- The settings that sharaspot_limit_login hands to a login. Compiling a reader's plan costs more than it saves.
            BEGIN
                FOR role, settings IN VALUES
                    ('sharaspot_migrator', 'statement_timeout = 0'),
                    ('sharaspot_reader', 'statement_timeout = 2500; idle_in_transaction_session_timeout = 10000;'
                        || 'jit = off'),
                    ('sharaspot_writer', 'statement_timeout = 2500; idle_in_transaction_session_timeout = 10000;'
                        || 'lock_timeout = 2000')
                LOOP
                    FOREACH setting IN ARRAY string_to_array(settings, ';') LOOP
                        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %s', role, current_database(), setting);
                    END LOOP;
                END LOOP;
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'the roles of sharaspot have no limits: % may not set them', current_user;
            END;
            EXIT;
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'the roles of sharaspot are left out: % may not make them', current_user;
                EXIT;
            -- An internal error is "tuple concurrently updated".
            WHEN duplicate_object OR unique_violation OR undefined_object OR internal_error OR deadlock_detected THEN
                IF attempt = 40 THEN
                    RAISE;
                END IF;
                PERFORM pg_sleep(random() / 10);
        END;
    END LOOP;
END $$;

-- Makes a login a member of one of the roles, with the settings of the role and no others in this database. PostgreSQL applies
-- the settings of the role that logs in and never those of a role that it is a member of: without this a reader would have the
-- rights of a reader and no limit. Call it again for every login after a change of the settings.
CREATE FUNCTION sharaspot_limit_login(login name, member_of name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    setting text;
BEGIN
    IF member_of NOT IN ('sharaspot_migrator', 'sharaspot_reader', 'sharaspot_writer') THEN
        RAISE EXCEPTION 'there is no role % of sharaspot', member_of USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('GRANT %I TO %I', member_of, login);
    EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', login, current_database());
    FOR setting IN
        SELECT unnest(s.setconfig) FROM pg_db_role_setting s
        JOIN pg_roles r ON r.oid = s.setrole JOIN pg_database d ON d.oid = s.setdatabase
        WHERE r.rolname = member_of AND d.datname = current_database()
    LOOP
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %I = %L', login, current_database(),
            split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1));
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION sharaspot_limit_login(name, name) FROM PUBLIC;
