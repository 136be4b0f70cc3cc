'use client';
import { createContext, useContext } from 'react';
import type { Workspace } from './api-sqlserver';

export const WorkspaceContext = createContext<Workspace | null>(null);

/** The workspace of the page, and whether this person may change it. */
export function useCurrent() {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('useCurrent() outside a workspace');
  return { workspace, id: workspace.id, mayEdit: workspace.role === 'admin' };
}
