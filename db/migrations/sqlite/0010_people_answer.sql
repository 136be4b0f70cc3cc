-- Answers that people give: written before the question comes (curated_answers), or in its conversation
-- (conversations.handover: who answers there).

-- One answer for a question and its other wordings (`variants`, a JSON array of texts). `embeddings`: one vector a
-- wording, the question's first (float32, little-endian), of `embedding_model`; NULL until they are made.
CREATE TABLE curated_answers (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
        substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))
        CHECK (length(id) = 36 AND id NOT GLOB '*[^-0-9a-f]*'),
    workspace_id TEXT NOT NULL,
    question TEXT NOT NULL,
    variants TEXT,
    answer TEXT NOT NULL,
    is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
    use_count INTEGER NOT NULL DEFAULT 0,
    embeddings BLOB,
    embedding_model TEXT,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT CHK_curated_answers_variants CHECK (variants IS NULL OR json_valid(variants)),
    CONSTRAINT FK_curated_answers_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_curated_answers_workspace ON curated_answers (workspace_id, created_at, id);

-- bot: the chatbot answers. requested: a person is wanted, and the bot is silent. person: one answers.
ALTER TABLE conversations ADD COLUMN handover TEXT NOT NULL DEFAULT 'bot'
    CONSTRAINT CHK_conversations_handover CHECK (handover IN ('bot', 'requested', 'person'));
ALTER TABLE conversations ADD COLUMN handover_at TEXT;
ALTER TABLE conversations ADD COLUMN handover_contact TEXT;
CREATE INDEX idx_conversations_handover ON conversations (workspace_id, handover) WHERE handover <> 'bot';
