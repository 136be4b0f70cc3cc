'use client';
import type { ReactNode } from 'react';
import { RequireSession } from '@/lib/auth-context';
import { ShellSkeleton } from '@/components/shell-skeleton';

export default function HouseLayout({ children }: { children: ReactNode }) {
  return <RequireSession waiting={<ShellSkeleton />}>{children}</RequireSession>;
}
