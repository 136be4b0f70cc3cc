-- Fills any generation of the schema with data, the same for the same numbers:
--
--   PGOPTIONS='-c sample.messages=2000000' psql -1 -v ON_ERROR_STOP=1 -f generate.sql DATABASE
--
-- sample.messages   how many messages (6000); a conversation for every six
-- sample.chunks     how many chunks of documents (a tenth of the messages); twenty a document
-- sample.dimension  of the chunks' vectors (384)
-- sample.big        characters of one long answer (0: none)
-- sample.seed       another number makes other data (1)
--
-- Everybody's password is Exemple-1234.
CREATE FUNCTION pg_temp.size(name text, otherwise bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('sample.' || name, true), '')::bigint, otherwise)
$$;
-- A number below `below`, and an id: by chance, but always the same.
CREATE FUNCTION pg_temp.pick(what integer, i bigint, below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT (((i + 17) * 48271 % 2147483647 * (69621 + 1009 * what) % 2147483647) % below)::integer
$$;
CREATE FUNCTION pg_temp.id(what text, i bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT md5(what || coalesce(current_setting('sample.seed', true), '1') || ':' || i)::uuid
$$;
CREATE FUNCTION pg_temp.says(what integer, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY['Bonjour, quels sont vos délais de livraison ?',
                  'La livraison standard prend trois à cinq jours ouvrés.',
                  'Can I return a product after two weeks?',
                  'Returns are accepted within 30 days, unused and in their box.',
                  'Où trouver la notice de l’Estuaire 22 ?',
                  'La notice se télécharge depuis votre espace client 📄.',
                  'Merci, c’est très clair 👍🏽',
                  'The warranty covers parts and labour for two years.',
                  'Le paiement en quatre fois est possible dès 150 €.',
                  'Y a-t-il un magasin près de Nantes ou de Saint-Nazaire ?',
                  'Our shop in Brest is open from Tuesday to Saturday.',
                  'Je n’ai pas trouvé cette information dans les documents.'])[1 + pg_temp.pick(what, i, 12)]
$$;

-- People: 1 to 12 have a login, 13 only a profile where the schema lets it.
CREATE TEMPORARY VIEW given_users AS
SELECT pg_temp.id('user', i) AS id, 'authenticated' AS aud, 'authenticated' AS role,
       CASE WHEN i <> 6 THEN 'personne' || i || '@exemple.fr' END AS email,
       CASE i WHEN 5 THEN NULL WHEN 6 THEN '' ELSE '$2a$10$MonitoraExempleSel123uCNZIyMCPJdDQ/yeru/48x1BfCHbOG.u' END AS encrypted_password,
       CASE WHEN i <> 3 THEN '2023-01-02 08:00:00+00'::timestamptz END AS email_confirmed_at,
       '2025-03-01 09:30:00.123456+01'::timestamptz AS last_sign_in_at,
       jsonb_build_object('full_name', 'Personne n° ' || i) AS raw_user_meta_data,
       '2023-01-01 00:00:00+00'::timestamptz + i * interval '1 day' AS created_at,
       '2023-01-01 00:00:00+00'::timestamptz + i * interval '1 day' AS updated_at,
       CASE i WHEN 4 THEN '2999-01-01 00:00:00+00'::timestamptz END AS banned_until,
       CASE i WHEN 7 THEN '2024-06-01 00:00:00+00'::timestamptz END AS deleted_at
FROM generate_series(1, 12) i;

CREATE TEMPORARY VIEW given_identities AS
SELECT pg_temp.id('identity', i) AS id, 'sample-' || i AS provider_id, pg_temp.id('user', i) AS user_id,
       '{}'::jsonb AS identity_data, CASE i WHEN 5 THEN 'google' ELSE 'email' END AS provider
FROM generate_series(1, 12) i;

-- Person 8 has none.
CREATE TEMPORARY VIEW given_profiles AS
SELECT pg_temp.id('user', i) AS id, 'personne' || i || '@exemple.fr' AS email, 'Personne n° ' || i AS full_name,
       CASE WHEN i % 4 = 0 THEN 'https://exemple.fr/portraits/' || i || '.png' END AS avatar_url,
       CASE i WHEN 2 THEN 'viewer' WHEN 9 THEN 'lecteur' ELSE 'admin' END AS role,
       '2023-01-01 00:00:00+00'::timestamptz + i * interval '1 day' AS created_at,
       '2024-01-01 00:00:00+00'::timestamptz + i * interval '1 day' AS updated_at
FROM generate_series(1, 13) i
WHERE i <> 8 AND (i < 13 OR NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'profiles'::regclass AND contype = 'f'));

-- Workspace 1 lists no site and has a domain, 3 has neither.
CREATE TEMPORARY VIEW given_workspaces AS
SELECT pg_temp.id('workspace', i) AS id, pg_temp.id('user', 1 + i % 4) AS user_id, 'Assistant n° ' || i AS name,
       CASE WHEN i % 2 = 0 THEN 'Répond aux clients' ELSE '' END AS description,
       CASE i WHEN 1 THEN 'https://www.exemple.fr:8443/contact?x=1' WHEN 3 THEN NULL ELSE 'site' || i || '.exemple.fr' END AS domain,
       CASE i WHEN 1 THEN NULL WHEN 3 THEN '[]'::jsonb WHEN 4 THEN '[]'
              ELSE jsonb_build_array('site' || i || '.exemple.fr', '*.exemple.org') END AS allowed_domains,
       'sample_' || md5('key' || i) AS api_key,
       jsonb_build_object('temperature', 0.1, 'top_k', 8, 'system_prompt', 'Réponds « en français ».') AS rag_config,
       jsonb_build_object('welcomeMessage', 'Bonjour 👋', 'color_accent', '#0a7ea4', 'widgetWidth', 380) AS widget_config,
       CASE WHEN i <> 5 THEN i <> 6 END AS is_active,
       '2023-02-01 00:00:00+00'::timestamptz + i * interval '1 hour' AS created_at,
       '2024-02-01 00:00:00+00'::timestamptz + i * interval '1 hour' AS updated_at
FROM generate_series(1, 6) i;

-- Two for workspace 1.
CREATE TEMPORARY VIEW given_databases AS
SELECT pg_temp.id('database', i) AS id, pg_temp.id('workspace', greatest(i - 1, 1)) AS workspace_id,
       (ARRAY['sqlserver', 'mysql', 'postgres'])[i] AS db_type, 'erp' || i || '.exemple.fr' AS db_host,
       'ventes' AS db_name, 'lecture' AS db_user, 'old-ciphertext-' || i AS db_password_encrypted,
       (ARRAY[1433, 3306, 5432])[i] AS db_port, '["commandes", "clients"]'::jsonb AS allowed_tables, i <> 3 AS is_enabled,
       '2024-03-01 00:00:00+00'::timestamptz AS created_at, '2024-03-01 00:00:00+00'::timestamptz AS updated_at
FROM generate_series(1, 3) i;

-- Twenty chunks each; some are not indexed yet, one is as large as a bigint.
CREATE TEMPORARY VIEW given_documents AS
SELECT pg_temp.id('document', i) AS id, pg_temp.id('workspace', 1 + i % 6) AS workspace_id,
       'notice-' || i || (ARRAY['.pdf', '.docx', '.txt'])[1 + i % 3] AS filename,
       'uploads/' || i AS file_path, 'documents/' || i || '/notice-' || i AS storage_path,
       CASE i WHEN 1 THEN 9223372036854775807 ELSE 1000 + i * 17 END AS file_size,
       (ARRAY['application/pdf', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/plain'])[1 + i % 3] AS mime_type,
       CASE i % 17 WHEN 3 THEN 'indexing' WHEN 5 THEN 'error' WHEN 7 THEN NULL ELSE 'indexed' END AS status,
       20 AS chunk_count, CASE i % 17 WHEN 5 THEN 'Fichier illisible' END AS error_message,
       CASE WHEN i % 11 <> 4 THEN '2024-04-01 00:00:00+00'::timestamptz + i * interval '61.000001 seconds' END AS created_at,
       CASE WHEN i % 17 <> 5 THEN '2024-04-02 00:00:00+00'::timestamptz + i * interval '61 seconds' END AS indexed_at
FROM generate_series(1, greatest(10, (pg_temp.size('chunks', pg_temp.size('messages', 6000) / 10) + 19) / 20)) i;

-- Vectors are parts of one long row of numbers.
CREATE TEMPORARY VIEW given_chunks AS
SELECT pg_temp.id('chunk', i) AS id, pg_temp.id('document', 1 + i / 20) AS document_id,
       pg_temp.id('workspace', 1 + (1 + i / 20) % 6) AS workspace_id,
       pg_temp.says(1, i) || ' ' || pg_temp.says(2, i) || E'\n' || pg_temp.says(3, i) AS content,
       jsonb_build_object('page', 1 + i % 20 / 4, 'chunk_index', i % 20) AS metadata, (i % 20)::integer AS chunk_index,
       numbers[1 + i * 7919 % 20011 : i * 7919 % 20011 + pg_temp.size('dimension', 384)] AS embedding,
       '2024-04-02 00:00:00+00'::timestamptz + i * interval '1 second' AS created_at
FROM generate_series(0, pg_temp.size('chunks', pg_temp.size('messages', 6000) / 10) - 1) i,
     (SELECT array_agg(sin(k * 1.3::double precision)::real ORDER BY k) AS numbers
      FROM generate_series(1, 20011 + pg_temp.size('dimension', 384)) k) long;

CREATE TEMPORARY VIEW given_conversations AS
SELECT pg_temp.id('conversation', i) AS id, pg_temp.id('workspace', 1 + pg_temp.pick(4, i, 6)) AS workspace_id,
       'visiteur-' || pg_temp.pick(5, i, 100000) AS visitor_id, left(pg_temp.says(6, i * 6), 60) AS title,
       CASE pg_temp.pick(7, i, 10) WHEN 0 THEN 'api' WHEN 1 THEN 'test' WHEN 2 THEN NULL ELSE 'widget' END AS channel,
       CASE WHEN i % 13 <> 5 THEN '2023-05-01 00:00:00+00'::timestamptz + i * interval '222.000007 seconds' END AS started_at,
       '2023-05-01 00:05:00+00'::timestamptz + i * interval '222 seconds' AS last_message_at,
       CASE WHEN i % 3 = 0 THEN '2023-05-01 00:06:00+00'::timestamptz + i * interval '222 seconds' END AS ended_at,
       6 AS messages_count, nullif(pg_temp.pick(8, i, 6), 0) AS satisfaction
FROM generate_series(0, (pg_temp.size('messages', 6000) + 5) / 6 - 1) i;

CREATE TEMPORARY VIEW given_messages AS
SELECT pg_temp.id('message', i) AS id, pg_temp.id('conversation', i / 6) AS conversation_id,
       CASE i % 2 WHEN 0 THEN 'user' ELSE 'assistant' END AS role,
       CASE i % 2 WHEN 0 THEN pg_temp.says(6, i)
                  ELSE pg_temp.says(6, i) || E'\r\n\r\n' || pg_temp.says(9, i) || ' ' || pg_temp.says(10, i) || ' [1]' END AS content,
       CASE WHEN i % 2 = 1 THEN jsonb_build_array(jsonb_build_object('document', 'notice-' || pg_temp.pick(11, i, 500),
                                                                   'score', pg_temp.pick(12, i, 10001) / 10000.0)) END AS sources,
       CASE WHEN i % 2 = 1 THEN pg_temp.pick(12, i, 10001) / 10000.0 END::double precision AS rag_score,
       CASE WHEN i % 2 = 1 THEN CASE pg_temp.pick(13, i, 9) WHEN 1 THEN 1 WHEN 2 THEN -1 END END AS feedback,
       i % 40 = 1 AS is_resolved, CASE WHEN i % 2 = 1 THEN 300 + pg_temp.pick(14, i, 4000) END AS response_time_ms,
       CASE WHEN i % 2 = 1 THEN 100 + pg_temp.pick(15, i, 200) END AS ttfb_ms,
       CASE WHEN i % 2 = 1 THEN 200 + pg_temp.pick(16, i, 900) END AS tokens_used,
       CASE WHEN i % 2 = 1 THEN 'mistral-small-latest' END AS model,
       CASE WHEN i % 50 = 0 THEN '{"page": "https://exemple.fr/contact", "langue": "fr"}'::jsonb END AS metadata,
       '2023-05-01 00:00:00+00'::timestamptz + i * interval '37.000003 seconds' AS created_at
FROM generate_series(0, pg_temp.size('messages', 6000) - 1) i;

-- Values that are easily changed on the way, all in the first conversation.
CREATE TEMPORARY VIEW given_hard AS
SELECT pg_temp.id('hard', i) AS id, pg_temp.id('conversation', 0) AS conversation_id, 'assistant' AS role, content,
       CASE i WHEN 1 THEN '-0'::double precision WHEN 2 THEN 0.1 WHEN 3 THEN 1 END AS rag_score,
       CASE i WHEN 1 THEN '{"z": 1, "a": 12345678901234567890.123456789012345678901234567890, "é": "\u0001"}'::jsonb
              WHEN 2 THEN '[]' WHEN 3 THEN '{}' END AS metadata,
       CASE i WHEN 1 THEN '0001-01-01 00:00:00+00'::timestamptz WHEN 2 THEN '9999-12-31 23:59:59.999999+00'
              WHEN 3 THEN '1999-12-31 23:59:59.999999-11' ELSE '2024-02-29 12:34:56.000001+05:45' END AS created_at
FROM (VALUES (1, E'\ufeffdébut avec U+FEFF'), (2, 'espaces à la fin   '), (3, E'CRLF\r\nLF\nCR\rTAB\t fin'), (4, ''),
             (5, E'é = e + \u0301 : e\u0301'), (6, 'שלום · مرحبا · 👩🏽‍🚀 · 𝒳 · ﷽'), (7, repeat('é', 4001)),
             (8, E'\u0001\u001f\u007f\u0085\u00a0\u2028\uffff'), (9, $q$'"`\%_[]{}--;$q$), (10, repeat('x', 8000)), (11, 'NULL'), (12, '\N'),
             (13, repeat('Réponse longue 🚀 ', (pg_temp.size('big', 0) / 17)::integer))) AS v (i, content)
WHERE i < 13 OR pg_temp.size('big', 0) > 0;

CREATE TEMPORARY VIEW given_days AS
SELECT pg_temp.id('day', i * 10 + w) AS id, pg_temp.id('workspace', w) AS workspace_id, '2024-01-01'::date + i AS date,
       pg_temp.pick(3, i * 10 + w, 100) AS conversations_count, pg_temp.pick(17, i * 10 + w, 600) AS messages_count,
       pg_temp.pick(18, i * 10 + w, 90) AS unique_visitors, pg_temp.pick(19, i * 10 + w, 30000) / 7.0 AS avg_response_time_ms,
       CASE WHEN i % 5 <> 0 THEN pg_temp.pick(20, i * 10 + w, 1001) / 10.0 END AS satisfaction_rate
FROM generate_series(0, 59) i, generate_series(1, 6) w;

CREATE TEMPORARY VIEW given_insights AS
SELECT pg_temp.id('insight', w) AS id, pg_temp.id('workspace', w) AS workspace_id, 100 / 3.0 * (w % 3) AS satisfaction_rate,
       1 / 3.0 AS avg_rag_score, 6.0 AS avg_messages_per_conversation, w AS low_confidence_count, 100 * w AS total_conversations,
       600 * w AS total_messages, '2025-01-01 00:00:00.000001+00'::timestamptz AS calculated_at
FROM generate_series(1, 6) w;

CREATE TEMPORARY VIEW given_topics AS
SELECT pg_temp.id('topic', i * 10 + w) AS id, pg_temp.id('workspace', w) AS workspace_id,
       (ARRAY['Livraison', 'livraison', 'Retours & échanges', 'Garantie'])[i] AS topic_name, i * w AS message_count,
       '["Où est mon colis ?", "Et \"demain\" ?"]'::jsonb AS sample_questions, '2025-01-01 00:00:00+00'::timestamptz AS last_updated
FROM generate_series(1, 4) i, generate_series(1, 6) w;

CREATE TEMPORARY VIEW given_cache AS
SELECT pg_temp.id('cached', i) AS id, pg_temp.id('workspace', 1 + i % 6) AS workspace_id,
       encode(sha256(convert_to('question ' || i, 'UTF8')), 'hex') AS question_hash, pg_temp.says(21, i) AS question,
       (SELECT array_agg(cos(i * 0.7::double precision + k) ORDER BY k) FROM generate_series(1, pg_temp.size('dimension', 384)) k) AS embedding,
       pg_temp.says(22, i) AS response, '[]'::jsonb AS sources, 0.93 AS similarity_score, i AS hit_count,
       '2025-01-01 00:00:00+00'::timestamptz AS created_at, '2099-01-01 00:00:00+00'::timestamptz AS expires_at
FROM generate_series(1, 30) i;

CREATE TEMPORARY VIEW given_newsletter AS
SELECT 'abonne' || i || '@exemple.fr' AS email FROM generate_series(1, 25) i;

-- Fills those columns of a table that the view has, under their names of this generation.
CREATE FUNCTION pg_temp.fill(table_name text, view_name text, renamed jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text;
    expressions text;
BEGIN
    IF to_regclass(table_name) IS NULL THEN
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
           string_agg(CASE
               WHEN a.atttypid = 'text[]'::regtype
                   THEN format('CASE WHEN %1$I IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(%1$I)) END', v.attname)
               WHEN v.atttypid IN ('real[]'::regtype, 'double precision[]'::regtype) AND a.atttypid <> v.atttypid
                   THEN format('(''['' || array_to_string(%I, '','') || '']'')::%s', v.attname, format_type(a.atttypid, a.atttypmod))
               ELSE format('%I::%s', v.attname, format_type(a.atttypid, a.atttypmod)) END, ', ' ORDER BY a.attnum)
    INTO columns, expressions
    FROM pg_attribute a
    JOIN pg_attribute v ON v.attrelid = ('pg_temp.' || view_name)::regclass
                       AND v.attname = coalesce(renamed ->> a.attname, a.attname)
    WHERE a.attrelid = table_name::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
    EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM pg_temp.%I', table_name, columns, expressions, view_name);
END $$;

SELECT pg_temp.fill('auth.users', 'given_users');
SELECT pg_temp.fill('auth.identities', 'given_identities');
SELECT pg_temp.fill('profiles', 'given_profiles');
SELECT pg_temp.fill('workspaces', 'given_workspaces', '{"settings": "widget_config"}');
SELECT pg_temp.fill('workspace_databases', 'given_databases', '{"db_password": "db_password_encrypted"}');
SELECT pg_temp.fill('documents', 'given_documents',
                    '{"name": "filename", "title": "filename", "size": "file_size", "file_type": "mime_type", "chunks_count": "chunk_count",
                      "error": "error_message", "uploaded_at": "created_at", "processed_at": "indexed_at"}');
SELECT pg_temp.fill('document_chunks', 'given_chunks');
SELECT pg_temp.fill('conversations', 'given_conversations',
                    '{"session_id": "visitor_id", "created_at": "started_at", "updated_at": "last_message_at", "message_count": "messages_count"}');
SELECT pg_temp.fill('messages', 'given_messages');
SELECT pg_temp.fill('messages', 'given_hard');
SELECT pg_temp.fill('analytics_daily', 'given_days');
SELECT pg_temp.fill('insights_cache', 'given_insights');
SELECT pg_temp.fill('message_topics', 'given_topics');
SELECT pg_temp.fill('response_cache', 'given_cache');
SELECT pg_temp.fill('newsletter', 'given_newsletter');
