// A customer's own database: what its pages share. Names of tables are written as the server reads them:
// "schema.table", or with some of the columns only, "schema.table (column, column)".
import { useQuery } from '@tanstack/react-query';
import { api, got } from './api-sqlserver';
import type { Schemas } from './api-sqlserver';
import { keys } from './queries';

export type ExternalTable = Schemas['ExternalTable'];
export type ExternalAnswer = Schemas['ExternalAnswer'];
export type Engine = NonNullable<Schemas['ExternalDatabase']['db_type']>;

export const kPorts: Record<Engine, number> = { postgres: 5432, mysql: 3306, sqlserver: 1433 };
export const kEngines: { value: Engine; label: string }[] = [
  { value: 'postgres', label: 'PostgreSQL' },
  { value: 'mysql', label: 'MySQL, MariaDB' },
  { value: 'sqlserver', label: 'SQL Server' },
];

export const useSchema = (id: string) =>
  useQuery({
    queryKey: [...keys.database(id), 'schema'],
    queryFn: async () => (await got(api.GET('/api/workspaces/{wid}/database/schema', { params: { path: { wid: id } } }))).tables,
    retry: false,
    staleTime: 60_000,
  });

/** A table that may be read; `columns` null: all of them. */
export interface Allowed {
  name: string;
  columns: string[] | null;
}
export const nameOf = (table: ExternalTable) => (table.schema ? `${table.schema}.${table.name}` : table.name);
export const written = ({ name, columns }: Allowed) => (columns ? `${name} (${columns.join(', ')})` : name);

function read(entry: string): Allowed {
  const [, name = entry, columns] = /^([^(]*?)\s*(?:\((.*)\))?$/s.exec(entry.trim()) ?? [];
  return { name: name.trim(), columns: columns === undefined ? null : columns.split(',').map((one) => one.trim()) };
}

/** The stored list with names as the database writes them, as the server understands it: a name without schema
 *  stands for every schema's. What the database does not have (any more) stays, under its own name. */
export function understood(entries: string[], tables: ExternalTable[]): Allowed[] {
  const found: Allowed[] = [];
  for (const entry of entries.map(read)) {
    const dot = entry.name.indexOf('.');
    const schema = dot < 0 ? undefined : entry.name.slice(0, dot).trim();
    const table = entry.name.slice(dot + 1).trim();
    const same = (fold: (text: string) => string) => tables.filter((one) => fold(one.name) === fold(table) && (schema === undefined || fold(one.schema ?? '') === fold(schema)));
    const exactly = same((text) => text);
    const matching = exactly.length ? exactly : same((text) => text.toLowerCase());
    for (const one of matching) {
      const name = nameOf(one);
      const columns = entry.columns && one.columns.map((column) => column.name).filter((column) => entry.columns!.some((wanted) => wanted.toLowerCase() === column.toLowerCase()));
      if (!found.some((other) => other.name === name)) found.push({ name, columns: columns && columns.length < one.columns.length ? columns : null });
    }
    if (!matching.length) found.push(entry);
  }
  return found;
}

const quote = (engine: Engine, name: string) => (engine === 'postgres' ? `"${name.replaceAll('"', '""')}"` : engine === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `[${name.replaceAll(']', ']]')}]`);

/** A first statement to try on a table. */
export function firstStatement(engine: Engine, table: ExternalTable): string {
  const name = [table.schema, table.name].filter((part): part is string => !!part).map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : quote(engine, part))).join('.');
  return engine === 'sqlserver' ? `SELECT TOP 20 * FROM ${name}` : `SELECT * FROM ${name} LIMIT 20`;
}

/** How an administrator of the database makes a login that can only read. */
export function readerStatement(engine: Engine, base: string): string {
  const name = base.trim();
  if (engine === 'postgres') return "CREATE ROLE monitora LOGIN PASSWORD '…';\nGRANT USAGE ON SCHEMA public TO monitora;\nGRANT SELECT ON orders, products TO monitora;";
  if (engine === 'mysql') return `CREATE USER 'monitora'@'%' IDENTIFIED BY '…';\nGRANT SELECT ON ${name ? quote('mysql', name) : 'shop'}.orders TO 'monitora'@'%';`;
  return "CREATE LOGIN monitora WITH PASSWORD = '…';\nCREATE USER monitora FOR LOGIN monitora;\nGRANT SELECT ON dbo.orders TO monitora;";
}

/** The tables that may be read, each with those of its columns that may. */
export function readableTables(saved: { allowed_tables: string[] }, tables: ExternalTable[]): ExternalTable[] {
  return understood(saved.allowed_tables, tables).flatMap((allowed) => {
    const table = tables.find((one) => nameOf(one) === allowed.name);
    return table ? [{ ...table, columns: table.columns.filter((one) => !allowed.columns || allowed.columns.includes(one.name)) }] : [];
  });
}
