"""A small Supabase installation in a PostgreSQL database: what the migration's tests move. The sample of
examples/supabase is larger; this one says in each row what it is there for."""
import crypt

import databases

OLD_PASSWORD = "ancien mot de passe"
ADA, BOB, EVE = (f"a0000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
SHOP, BARE = (f"b0000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
TERMS, LATER = (f"c0000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
TALK = "d0000000-0000-4000-8000-000000000001"

SCHEMA = """
CREATE SCHEMA auth;
CREATE TABLE auth.users (
    id uuid PRIMARY KEY, email varchar(255), encrypted_password varchar(255), email_confirmed_at timestamptz,
    last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb, created_at timestamptz,
    updated_at timestamptz, banned_until timestamptz, deleted_at timestamptz);
CREATE TABLE auth.identities (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users, provider text);
CREATE TABLE profiles (
    id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, email text, full_name text, avatar_url text,
    plan text DEFAULT 'free', workspaces_limit integer DEFAULT 1,
    created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
CREATE TABLE workspaces (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    name text NOT NULL, description text, domain text, api_key text UNIQUE, allowed_domains text[], settings jsonb,
    rag_config jsonb, is_active boolean DEFAULT true, created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now());
CREATE TABLE documents (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    filename text NOT NULL, file_path text, storage_path text, file_size bigint, file_type text,
    status text DEFAULT 'pending', chunks_count integer DEFAULT 0, error_message text,
    created_at timestamptz DEFAULT now(), indexed_at timestamptz);
CREATE TABLE document_chunks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE, content text NOT NULL, metadata jsonb,
    chunk_index integer NOT NULL, embedding real[], created_at timestamptz DEFAULT now());
CREATE TABLE conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    visitor_id text, started_at timestamptz DEFAULT now(), ended_at timestamptz, messages_count integer DEFAULT 0,
    satisfaction integer);
CREATE TABLE messages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE, role text NOT NULL, content text NOT NULL,
    sources jsonb, rag_score double precision, feedback smallint, is_resolved boolean DEFAULT false,
    response_time_ms integer, created_at timestamptz DEFAULT now());
CREATE TABLE analytics_daily (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    date date NOT NULL, conversations_count integer DEFAULT 0, messages_count integer DEFAULT 0,
    unique_visitors integer DEFAULT 0, avg_response_time_ms real, satisfaction_rate real);
"""


def rows():
    hashed = crypt.crypt(OLD_PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 10))
    return f"""
INSERT INTO auth.users (id, email, encrypted_password, email_confirmed_at, created_at, banned_until) VALUES
    ('{ADA}', 'ada@exemple.fr', '{hashed}', '2024-01-02', '2024-01-02 10:00:00.123456+02', NULL),
    ('{BOB}', 'bob@exemple.fr', '{hashed}', '2024-01-03', '2024-01-03', '2999-01-01'),
    ('{EVE}', 'eve@exemple.fr', NULL, NULL, '2024-01-04', NULL);
INSERT INTO auth.identities VALUES ('e0000000-0000-4000-8000-000000000001', '{EVE}', 'google');
INSERT INTO profiles (id, email, full_name) VALUES
    ('{ADA}', 'ada@exemple.fr', 'Ada L.'), ('{BOB}', 'bob@exemple.fr', 'Bob'), ('{EVE}', 'eve@exemple.fr', NULL);
INSERT INTO workspaces (id, user_id, name, domain, allowed_domains, settings) VALUES
    ('{SHOP}', '{ADA}', 'Boutique', 'https://shop.example.com/fr', '{{}}', '{{"widgetWidth": 380, "welcomeMessage": "Bonjour"}}'),
    ('{BARE}', '{ADA}', 'Sans domaine', NULL, NULL, NULL);
INSERT INTO documents (id, workspace_id, filename, storage_path, file_size, file_type, status, chunks_count, created_at, indexed_at) VALUES
    ('{TERMS}', '{SHOP}', 'livraison.txt', '{ADA}/livraison.txt', 61, 'text/plain', 'indexed', 2, '2024-02-01', '2024-02-01'),
    ('{LATER}', '{SHOP}', 'retours.txt', '{ADA}/retours.txt', NULL, 'text/plain', 'indexing', 0, '2024-02-02', NULL);
INSERT INTO document_chunks (document_id, workspace_id, content, metadata, chunk_index, embedding) VALUES
    ('{TERMS}', '{SHOP}', 'La livraison en Suisse coûte 14,90 € et prend quatre jours.', '{{"page": 1}}', 0, '{{0.5,0.25,-0.125}}'),
    ('{TERMS}', '{SHOP}', 'En France la livraison est gratuite dès 60 € d''achat. 🚚', NULL, 1, '{{1,0,0}}');
INSERT INTO conversations (id, workspace_id, visitor_id, started_at, messages_count) VALUES
    ('{TALK}', '{SHOP}', 'v1', '2024-03-01 08:00:00+00', 3);
INSERT INTO messages (conversation_id, role, content, rag_score, feedback, created_at) VALUES
    ('{TALK}', 'user', 'Combien coûte la livraison ? ', NULL, NULL, '2024-03-01 08:00:01.000001+00'),
    ('{TALK}', 'assistant', E'14,90 €\\r\\n\\uFEFF', 0.25, -1, '0001-01-01 00:00:00+00'),
    ('{TALK}', 'user', 'e\\u0301 👩‍👩‍👧', NULL, NULL, '9999-12-31 23:59:59.999999+00');
INSERT INTO analytics_daily (workspace_id, date, conversations_count, avg_response_time_ms) VALUES
    ('{SHOP}', '2024-03-01', 1, 812.5);
"""


class Supabase:
    """The source, in a database of its own on the PostgreSQL server of the tests."""

    def __init__(self, more="", server=None):
        self.database = databases.Database(server=server, kind="postgres")
        self.database.script(SCHEMA + rows() + more)
        self.url = self.database.own_url

    def script(self, text):
        self.database.script(text)


def bucket(directory):
    """The downloaded bucket."""
    folder = directory / "bucket" / "documents" / ADA
    folder.mkdir(parents=True)
    (folder / "livraison.txt").write_bytes("La livraison en Suisse coûte 14,90 € et prend quatre jours.".encode()[:61])
    (folder / "retours.txt").write_text("Les retours sont acceptés pendant trente jours, frais de port compris.")
    return directory / "bucket"
