'use client';
// Who is signed in, for components; and the guard of pages that need a session.
import { usePathname, useRouter } from 'next/navigation';
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { Button, Note } from '@/components/ui';
import { restore, session } from './auth';
import type { SessionState, User } from './auth';
import { useText } from './language';

interface Auth {
  state: SessionState;
  user: User | null;
}
const unknown: Auth = { state: 'unknown', user: null };
const Context = createContext<Auth>(unknown);

export function AuthProvider({ children }: { children: ReactNode }) {
  const auth = useSyncExternalStore(session.subscribe, session.get, () => unknown);
  return <Context value={auth}>{children}</Context>;
}

export const useAuth = () => useContext(Context);

/** The signed-in person; only below RequireSession. */
export function useUser(): User {
  const { user } = useAuth();
  if (!user) throw new Error('useUser() outside a session');
  return user;
}

/** Shows `children` to who is signed in; leads everybody else to the sign-in page, and back here afterwards. */
export function RequireSession({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const t = useText();
  const router = useRouter();
  const path = usePathname();
  const { state, user } = useAuth();
  useEffect(() => {
    if (state === 'out') router.replace(`/sign-in?${new URLSearchParams({ next: path + location.search })}`);
  }, [state, path, router]);
  if (state === 'unreachable') {
    return (
      <main className="mx-auto max-w-xl p-8">
        <Note tone="bad" role="alert">
          <p>{t('error.unreachable')}</p>
          <div><Button icon="refresh" onClick={() => void restore()}>{t('again')}</Button></div>
        </Note>
      </main>
    );
  }
  return state === 'in' && user ? children : waiting;
}
