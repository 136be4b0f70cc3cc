'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { AuthProvider } from '@/lib/auth-context';
import { session } from '@/lib/auth';
import { preferredLanguage, setLanguage } from '@/lib/language';
import { makeQueryClient } from '@/lib/queries';
import { followSystem } from '@/lib/theme';
import { Toasts } from './toasts';

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeQueryClient);
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
  }, [client]);
  return (
    <QueryClientProvider client={client}>
      <AuthProvider>{children}</AuthProvider>
      <Toasts />
    </QueryClientProvider>
  );
}
