"""`migrate sync` by logical replication: a source whose server allows it."""
import pathlib
import signal
import subprocess
import tempfile

import databases
from program import PROGRAM, ProgramTest, environment, main, poll, run
from supabase_source import BARE, LATER, SHOP, TALK, Supabase

SERVER = pathlib.Path(__file__).resolve().parents[1] / "tools" / "postgres_server"


class ByTheLog(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Of its own: a slot waits for every transaction of the server.
        cls.place = tempfile.mkdtemp(prefix="monitora-log-")
        cls.addClassCleanup(subprocess.run, [SERVER, "stop", cls.place], check=True)
        subprocess.run([SERVER, "start", cls.place, "--logical"], check=True)
        cls.server = (pathlib.Path(cls.place) / "tcp_uri").read_text().strip()

    def setUp(self):
        super().setUp()
        self.source = Supabase(server=self.server)
        self.addCleanup(self.source.database.drop)
        self.to = databases.settings_of(self.data).get("DATABASE_URL", f"sqlite:{self.data}/monitora.db")

    def migrate(self, command, *more):
        done = run(self.data, "migrate", command, "--from", self.source.url, "--to", self.to, *more, seconds=240, cwd=self.directory)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def left(self):
        return (self.source.database.count("SELECT count(*) FROM pg_replication_slots"),
                self.source.database.count("SELECT count(*) FROM pg_publication"))

    def test_sync_says_what_it_reads_how_and_leaves_nothing(self):
        self.migrate("run")
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content) VALUES ('{TALK}', 'user', 'Et en Belgique ?');
            UPDATE conversations SET messages_count = 4;
            DELETE FROM documents WHERE id = '{LATER}';
            DELETE FROM workspaces WHERE id = '{BARE}'""")
        said = self.migrate("sync")
        self.assertIn("logical replication", said)
        self.assertIn("Pass 2: 0 changes", said)
        self.assertIn("agree", said)
        self.migrate("validate")
        self.assertEqual(self.left(), (0, 0))

    def test_a_killed_sync_leaves_no_slot_and_the_next_one_goes_on(self):
        self.migrate("run")
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content)
            SELECT '{TALK}', 'user', repeat(md5(n::text), 40) FROM generate_series(1, 60000) AS n""")
        process = subprocess.Popen([PROGRAM, "migrate", "sync", "--from", self.source.url, "--to", self.to],
                                   env=environment(self.data), cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        poll(lambda: self.left() == (1, 1) or process.poll() is not None, 120, "it follows the changes")
        process.send_signal(signal.SIGKILL)
        process.wait()
        poll(lambda: self.left()[0] == 0, 60, "the slot is gone with its connection")
        self.source.script(f"UPDATE workspaces SET name = 'Autre' WHERE id = '{SHOP}'")
        self.assertIn("agree", self.migrate("sync"))
        self.migrate("validate")
        self.assertEqual(self.left(), (0, 0))


if __name__ == "__main__":
    main()
