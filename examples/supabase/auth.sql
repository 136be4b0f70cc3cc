-- The part of Supabase's schema auth that a migration reads, with Supabase's names and types.
CREATE SCHEMA IF NOT EXISTS auth;

CREATE TABLE auth.users (
    instance_id uuid,
    id uuid NOT NULL PRIMARY KEY,
    aud varchar(255),
    role varchar(255),
    email varchar(255),
    encrypted_password varchar(255),
    email_confirmed_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    created_at timestamptz,
    updated_at timestamptz,
    phone text DEFAULT NULL,
    confirmed_at timestamptz GENERATED ALWAYS AS (email_confirmed_at) STORED,
    banned_until timestamptz,
    deleted_at timestamptz
);
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;

CREATE TABLE auth.identities (
    id uuid NOT NULL PRIMARY KEY,
    provider_id text NOT NULL,
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    identity_data jsonb NOT NULL,
    provider text NOT NULL,
    last_sign_in_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz
);
ALTER TABLE auth.identities ENABLE ROW LEVEL SECURITY;
