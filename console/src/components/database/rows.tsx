'use client';
// What a statement found: the statement itself, its rows, and how long it took.
import { cx } from '@/components/ui';
import type { ExternalAnswer } from '@/lib/external';
import { duration, number } from '@/lib/format';
import { useText } from '@/lib/language';

export function Statement({ sql, label }: { sql: string; label?: string }) {
  return <pre tabIndex={0} aria-label={label ?? 'SQL'} className="overflow-x-auto rounded-md border border-rule bg-sheet p-3 font-mono text-sm whitespace-pre-wrap">{sql}</pre>;
}

export function Rows({ answer }: { answer: ExternalAnswer }) {
  const t = useText();
  return (
    <div className="grid gap-2">
      {answer.row_count > 0 && (
        <div className="max-h-96 overflow-auto rounded-md border border-rule bg-sheet" tabIndex={0} role="region" aria-label={t('database.rows')}>
          <table className="w-full text-left text-sm">
            <thead className="sticky top-0 bg-sunken"><tr>{answer.columns.map((one, i) => <th key={i} scope="col" className={cx('px-3 py-2 font-mono font-semibold whitespace-nowrap', answer.rows.some((row) => typeof row[i] === 'number') && 'text-right')}>{one}</th>)}</tr></thead>
            <tbody className="divide-y divide-rule">
              {answer.rows.map((row, i) => (
                <tr key={i}>{row.map((value, j) => <td key={j} dir="auto" className={cx('max-w-md px-3 py-1.5', typeof value === 'number' && 'text-right tabular-nums', value === null && 'text-faint')}>{value === null ? 'NULL' : String(value)}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="text-sm text-faint">{answer.row_count === 0 ? t('database.noRows', duration(answer.elapsed_ms)) : t('database.result', number(answer.row_count), duration(answer.elapsed_ms))}{answer.truncated && ` ${t('database.truncated')}`}</p>
    </div>
  );
}
