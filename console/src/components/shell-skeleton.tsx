// The frame before anything is known: what the exported pages hold.
import { Mark } from './icons';
import { Skeleton } from './ui';

export function ShellSkeleton() {
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)]">
      <div className="flex h-14 items-center gap-2.5 border-b border-rule px-4 font-display text-lg font-bold tracking-tight lg:hidden"><Mark />MONITORA</div>
      <div className="hidden h-dvh content-start gap-4 border-r border-rule px-6 py-5 lg:grid">
        <span className="flex items-center gap-2.5 font-display text-lg font-bold tracking-tight"><Mark />MONITORA</span>
        {Array.from({ length: 8 }, (_, i) => <Skeleton key={i} className="h-7" />)}
      </div>
      <div className="mx-auto grid w-full max-w-[76rem] content-start gap-4 px-4 py-6 sm:px-8 sm:py-9">
        <Skeleton className="h-9 w-64 max-w-full" />
        <Skeleton className="h-5 w-96 max-w-full" />
        <Skeleton className="h-40" />
      </div>
    </div>
  );
}
