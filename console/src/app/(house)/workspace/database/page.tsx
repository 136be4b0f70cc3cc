'use client';
import dynamic from 'next/dynamic';
import { AdminOnly } from '@/components/admin-only';
import { Connection } from '@/components/database/connection';
import { Failed, PageTitle, Segments, SkeletonRows } from '@/components/ui';
import { useText } from '@/lib/language';
import { useExternalDatabase } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useAddress } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

const loading = () => <SkeletonRows rows={4} />;
const Tables = dynamic(() => import('@/components/database/tables').then((one) => one.Tables), { loading });
const Questions = dynamic(() => import('@/components/database/questions').then((one) => one.Questions), { loading });
const Orders = dynamic(() => import('@/components/database/orders').then((one) => one.Orders), { loading });
const Try = dynamic(() => import('@/components/database/try').then((one) => one.Try), { loading });

const kParts = ['connection', 'tables', 'questions', 'orders', 'try'] as const;
type Part = (typeof kParts)[number];

export default function DatabasePage() {
  return <AdminOnly><Database /></AdminOnly>;
}

function Database() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const { get, set } = useAddress();
  const { data: saved, error, refetch } = useExternalDatabase(id);
  useTitle(t('nav.database'), workspace.name);
  const asked = get('part');
  const part: Part = (saved?.configured && kParts.find((one) => one === asked)) || 'connection';
  const show = (next: Part) => set({ part: next === 'connection' ? undefined : next });
  const tables = () => show('tables');
  return (
    <>
      <PageTitle title={t('nav.database')}>{t('database.text')}</PageTitle>
      {!saved ? (error ? <Failed error={error} again={() => void refetch()} /> : <SkeletonRows rows={4} />) : (
        <>
          {saved.configured && <div className="mb-6"><Segments label={t('database.parts')} value={part} options={kParts.map((value) => ({ value, label: t(`database.part.${value}`) }))} onPick={show} /></div>}
          {part === 'connection' && <Connection saved={saved} onTables={tables} />}
          {part === 'tables' && <Tables saved={saved} />}
          {part === 'questions' && <Questions saved={saved} onTables={tables} />}
          {part === 'orders' && <Orders saved={saved} onTables={tables} />}
          {part === 'try' && <Try saved={saved} onTables={tables} />}
        </>
      )}
    </>
  );
}
