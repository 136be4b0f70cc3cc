-- STORAGE_MODE=pgvector: vectors in the type of the extension pgvector, and the two functions that
-- Supabase's programs call. Where the extension is not there, this does nothing: vectors stay bytea.
--
-- The columns have no fixed dimension, so that vectors of an older program and ours can be side by
-- side; an index of pgvector wants one, and goes. The functions look at one workspace only, exactly.
-- Functions of these names that are there already stay as they are.

DO $migration$
DECLARE
    target record;
    kind text;
    has_rows boolean;
    old_index text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') THEN
        IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
            RETURN;
        END IF;
        BEGIN
            CREATE EXTENSION vector;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE NOTICE 'pgvector is there, but this role may not create extensions: vectors stay bytea';
            RETURN;
        END;
    END IF;

    FOR target IN SELECT * FROM (VALUES ('document_chunks', 'embedding'), ('response_cache', 'question_embedding'))
                  AS t (table_name, column_name) LOOP
        SELECT format_type(atttypid, atttypmod) INTO kind FROM pg_attribute
        WHERE attrelid = target.table_name::regclass AND attname = target.column_name;
        IF kind LIKE '%vector(%' THEN
            FOR old_index IN
                SELECT i.indexrelid::regclass::text FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_am m ON m.oid = c.relam AND m.amname IN ('hnsw', 'ivfflat')
                WHERE i.indrelid = target.table_name::regclass LOOP
                EXECUTE 'DROP INDEX ' || old_index;
            END LOOP;
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE vector', target.table_name, target.column_name);
        ELSIF kind = 'bytea' THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I IS NOT NULL)', target.table_name, target.column_name)
                INTO has_rows;
            IF has_rows THEN
                RAISE NOTICE 'vectors that are there stay bytea: index the documents again in a new database to use pgvector';
                RETURN;
            END IF;
            EXECUTE format('ALTER TABLE %I DROP COLUMN %I', target.table_name, target.column_name);
            EXECUTE format('ALTER TABLE %I ADD COLUMN %I vector', target.table_name, target.column_name);
        END IF;
    END LOOP;

    IF NOT EXISTS (SELECT FROM pg_proc WHERE proname = 'match_documents' AND pronamespace = current_schema()::regnamespace) THEN
        CREATE FUNCTION match_documents(query_embedding vector, match_threshold double precision, match_count integer,
                                        p_workspace_id uuid)
        RETURNS TABLE (id uuid, document_id uuid, content text, metadata jsonb, similarity double precision)
        LANGUAGE sql STABLE AS $$
            SELECT k.id, k.document_id, k.content, k.metadata, 1 - (k.embedding <=> query_embedding) AS similarity
            FROM document_chunks k
            JOIN documents d ON d.id = k.document_id AND d.status = 'indexed'
            -- CASE: no distance between vectors of two models is asked for.
            WHERE k.workspace_id = p_workspace_id
              AND CASE WHEN vector_dims(k.embedding) = vector_dims(query_embedding)
                       THEN 1 - (k.embedding <=> query_embedding) >= coalesce(match_threshold, -1) END
            ORDER BY similarity DESC, k.id
            LIMIT match_count
        $$;
        -- The form that Supabase's guides use: {"workspace_id": "…"} in the filter, and whatever of the metadata.
        CREATE FUNCTION match_documents(query_embedding vector, match_count integer, filter jsonb)
        RETURNS TABLE (id uuid, content text, metadata jsonb, similarity double precision)
        LANGUAGE sql STABLE AS $$
            SELECT m.id, m.content, m.metadata, m.similarity
            FROM match_documents(query_embedding, NULL, NULL, (filter ->> 'workspace_id')::uuid) m
            WHERE coalesce(m.metadata, '{}') @> (filter - 'workspace_id')
            ORDER BY m.similarity DESC, m.id
            LIMIT match_count
        $$;
    END IF;

    IF NOT EXISTS (SELECT FROM pg_proc WHERE proname = 'search_response_cache' AND pronamespace = current_schema()::regnamespace) THEN
        CREATE FUNCTION search_response_cache(query_embedding vector, similarity_threshold double precision, p_workspace_id uuid)
        RETURNS TABLE (id uuid, question text, response text, sources jsonb, similarity double precision)
        LANGUAGE sql STABLE AS $$
            SELECT r.id, r.question, r.response, r.sources, 1 - (r.question_embedding <=> query_embedding) AS similarity
            FROM response_cache r
            WHERE r.workspace_id = p_workspace_id AND (r.expires_at IS NULL OR r.expires_at > now())
              AND CASE WHEN vector_dims(r.question_embedding) = vector_dims(query_embedding)
                       THEN 1 - (r.question_embedding <=> query_embedding) >= similarity_threshold END
            ORDER BY similarity DESC, r.created_at DESC
            LIMIT 1
        $$;
    END IF;
END $migration$;

-- On Supabase, what the migrations before this one made beside 0001 is not for its public roles.
DO $$
DECLARE
    stranger text;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON rate_limits FROM %I', stranger);
        ALTER TABLE rate_limits ENABLE ROW LEVEL SECURITY;
    END LOOP;
END $$;
