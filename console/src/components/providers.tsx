'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { AuthProvider } from '@/lib/auth-context';
import { restore, session } from '@/lib/auth';
import { preferredLanguage, setLanguage } from '@/lib/language';
import { makeQueryClient, readFirst } from '@/lib/queries';
import { followSystem } from '@/lib/theme';
import { Toasts } from './toasts';

const client = makeQueryClient();
// Before React takes the page over: what came ahead is known when it is drawn.
if (typeof window !== 'undefined') {
  void restore().then(() => {
    if (session.get().state === 'in') readFirst(client, location.pathname.replace(/\/$/, ''), new URLSearchParams(location.search).get('id') ?? '');
  });
}

export function Providers({ children }: { children: ReactNode }) {
  useEffect(() => {
    void setLanguage(preferredLanguage(), false);
    return followSystem();
  }, []);
  useEffect(() => {
    let before = session.get().user?.id;
    return session.subscribe(() => {
      const now = session.get().user?.id;
      // Nothing of one person is shown to the next.
      if (before && before !== now) client.clear();
      before = now;
    });
  }, []);
  return (
    <QueryClientProvider client={client}>
      <AuthProvider>{children}</AuthProvider>
      <Toasts />
    </QueryClientProvider>
  );
}
