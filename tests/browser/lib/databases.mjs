// A customer's databases: a real PostgreSQL and a real MariaDB with a small shop, a login that can only read and
// one that can write. Those of the fixtures of ctest, or others of our own (tests/tools).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tools = fileURLToPath(new URL('../../tools', import.meta.url));
export const kPassword = 'lecture-seule-42';

const kTables = `
  CREATE TABLE customers (id int PRIMARY KEY, name varchar(100) NOT NULL, email varchar(100), city varchar(100));
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id), status varchar(20), total numeric(10,2), created_on date);
  CREATE TABLE secrets (id int PRIMARY KEY, token varchar(100));
  INSERT INTO customers VALUES (1, 'Chloé Arnaud', 'chloe@exemple.fr', 'Nantes'), (2, 'Ferhat 😀', NULL, 'Lyon');
  INSERT INTO orders VALUES (101, 1, 'expédiée', 59.90, '2026-03-02'), (102, 1, 'en cours', 12.00, '2026-03-04'), (103, 2, 'livrée', 249.00, '2026-02-11');
  INSERT INTO secrets VALUES (1, 'jamais-montré');`;

/** The directory of a server, and how to end it where it is ours. */
function server(variable, tool) {
  const given = process.env[variable];
  if (given) return { directory: given, stop: () => undefined };
  const parent = mkdtempSync(join(tmpdir(), 'monitora-shop-'));
  const directory = join(parent, 'server');
  execFileSync(join(tools, tool), ['start', directory], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    directory,
    stop: () => {
      execFileSync(join(tools, tool), ['stop', directory]);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** Two logins a shop: `reader` can only read, `writer` can write too. */
export function startPostgresShop() {
  const { directory, stop } = server('MONITORA_TEST_POSTGRES_DIR', 'postgres_server');
  const uri = readFileSync(join(directory, 'tcp_uri'), 'utf8').trim();
  const name = `shop_${process.pid}`;
  const run = (base, sql) => execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', uri.replace(/[^/]*$/, base)], { input: sql, stdio: ['pipe', 'ignore', 'inherit'] });
  const reader = `reader_${process.pid}`;
  const writer = `writer_${process.pid}`;
  run('postgres', `CREATE DATABASE ${name}; CREATE ROLE ${reader} LOGIN PASSWORD '${kPassword}'; CREATE ROLE ${writer} LOGIN PASSWORD '${kPassword}';`);
  run(name, `${kTables} COMMENT ON TABLE orders IS 'Les commandes'; COMMENT ON COLUMN orders.total IS 'TTC, en euros';
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}, ${writer}; GRANT INSERT, UPDATE ON orders TO ${writer};`);
  return {
    engine: 'PostgreSQL', host: '127.0.0.1', port: new URL(uri).port, name, reader, writer, schema: 'public', version: /PostgreSQL 1\d/,
    stop: () => {
      run('postgres', `DROP DATABASE ${name} WITH (FORCE); DROP ROLE ${reader}; DROP ROLE ${writer};`);
      stop();
    },
  };
}

export function startMariadbShop() {
  const { directory, stop } = server('MONITORA_TEST_MARIADB_DIR', 'mariadb_server');
  const port = readFileSync(join(directory, 'port'), 'utf8').trim();
  const name = `shop_${process.pid}`;
  const run = (sql) => execFileSync('mariadb', ['--no-defaults', '-h', '127.0.0.1', '-P', port, '-u', 'root', '--default-character-set=utf8mb4'], { input: sql, stdio: ['pipe', 'ignore', 'inherit'] });
  const reader = `reader_${process.pid}`;
  const writer = `writer_${process.pid}`;
  run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; ${kTables} ALTER TABLE orders COMMENT 'Les commandes';
    CREATE USER ${reader} IDENTIFIED BY '${kPassword}'; GRANT SELECT ON ${name}.* TO ${reader};
    CREATE USER ${writer} IDENTIFIED BY '${kPassword}'; GRANT SELECT, INSERT ON ${name}.* TO ${writer};`);
  return {
    engine: 'MySQL, MariaDB', host: '127.0.0.1', port, name, reader, writer, schema: name, version: /MariaDB/,
    stop: () => {
      run(`DROP DATABASE ${name}; DROP USER ${reader}; DROP USER ${writer};`);
      stop();
    },
  };
}
