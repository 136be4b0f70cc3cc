// What pages read from the server, under one name each, so that a change made on one page is seen on the others.
import { QueryClient, infiniteQueryOptions, keepPreviousData, queryOptions, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, got, kLate } from './api-sqlserver';
import type { Document, Schemas, Workspace } from './api-sqlserver';
import { ApiError } from './failures';
import { useIsLive } from './live';

export function makeQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) => count < 2 && error instanceof ApiError && error.code !== kLate && (error.status === 0 || error.status === 429 || error.status >= 500),
        retryDelay: (count, error) => Math.min((error instanceof ApiError && error.retryAfter ? error.retryAfter : count + 1) * 1000, 30_000),
        // Our own sentence says that the network is away; a query is tried all the same.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

export const keys = {
  workspaces: ['workspaces'] as const,
  workspace: (id: string) => ['workspace', id] as const,
  documents: (id: string) => ['workspace', id, 'documents'] as const,
  document: (id: string) => ['document', id] as const,
  conversations: (id: string) => ['workspace', id, 'conversations'] as const,
  insights: (id: string) => ['workspace', id, 'insights'] as const,
  analytics: (id: string) => ['workspace', id, 'analytics'] as const,
  members: (id: string) => ['workspace', id, 'members'] as const,
  apiKeys: (id: string) => ['workspace', id, 'keys'] as const,
  answers: (id: string) => ['workspace', id, 'answers'] as const,
  sites: (id: string) => ['workspace', id, 'sites'] as const,
  webhooks: (id: string) => ['workspace', id, 'webhooks'] as const,
  database: (id: string) => ['workspace', id, 'database'] as const,
};

/** Every item of a list, page by page. */
export async function all<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next_cursor: string | null }>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const one = await page(cursor);
    items.push(...one.items);
    if (!one.next_cursor) return items;
    cursor = one.next_cursor;
  }
}

/** What pages before signing in have to know of this server. */
export const useSite = () =>
  useQuery({ queryKey: ['site'], queryFn: () => got(api.GET('/api/site')), staleTime: Infinity });

const ofWorkspaces = queryOptions({
  queryKey: keys.workspaces,
  queryFn: () => all((cursor) => got(api.GET('/api/workspaces', { params: { query: { limit: 200, ...(cursor && { cursor }) } } }))),
});
export const useWorkspaces = () => useQuery(ofWorkspaces);

const ofWorkspace = (id: string) =>
  queryOptions({
    queryKey: keys.workspace(id),
    queryFn: () => got(api.GET('/api/workspaces/{wid}', { params: { path: { wid: id } } })),
    enabled: id !== '',
  });
export const useWorkspace = (id: string) => useQuery(ofWorkspace(id));

const isWaiting = (one: Document) => one.status === 'pending' || one.status === 'processing';

export type DocumentStatus = Document['status'];
const ofDocuments = (id: string, status: DocumentStatus | undefined, limit = 200) =>
  infiniteQueryOptions({
    queryKey: [...keys.documents(id), status ?? 'any', limit],
    queryFn: ({ pageParam }) =>
      got(api.GET('/api/documents/workspace/{wid}', { params: { path: { wid: id }, query: { limit, ...(status && { status }), ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
export function useDocuments(id: string, status: DocumentStatus | undefined, limit?: number) {
  const live = useIsLive();
  return useInfiniteQuery({
    ...ofDocuments(id, status, limit),
    placeholderData: keepPreviousData,
    // Events tell of changes; without them, documents under way are asked for, and now and then what colleagues do.
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isWaiting)) ? (live ? 10_000 : 1_500) : live || (query.state.data?.pages.length ?? 0) > 1 ? false : 20_000),
  });
}

export interface ConversationFilters {
  search?: string;
  from?: string;
  to?: string;
  channel?: 'widget' | 'test' | 'api';
  handover?: 'requested' | 'person';
  feedback?: 1 | -1;
  max_confidence?: number;
}
export const kNoFilter: ConversationFilters = {};
const ofConversations = (id: string, filters: ConversationFilters, limit = 100) =>
  infiniteQueryOptions({
    queryKey: [...keys.conversations(id), filters, limit],
    queryFn: ({ pageParam }) =>
      got(api.GET('/api/workspaces/{wid}/conversations', { params: { path: { wid: id }, query: { limit, ...filters, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
export function useConversations(id: string, filters: ConversationFilters, limit?: number) {
  const live = useIsLive();
  return useInfiniteQuery({
    ...ofConversations(id, filters, limit),
    placeholderData: keepPreviousData,
    // The pages that were scrolled through are not asked for again and again.
    refetchInterval: (query) => (!live && (query.state.data?.pages.length ?? 0) <= 1 ? 20_000 : false),
  });
}

export function useConversation(id: string) {
  const live = useIsLive();
  return useQuery({
    queryKey: ['conversation', id],
    queryFn: () => got(api.GET('/api/conversations/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    refetchInterval: live ? false : 10_000,
  });
}

export function useMessages(id: string) {
  const live = useIsLive();
  return useQuery({
    queryKey: ['conversation', id, 'messages'],
    queryFn: () => all((cursor) => got(api.GET('/api/conversations/{id}/messages', { params: { path: { id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
    enabled: id !== '',
    refetchInterval: live ? false : 10_000,
  });
}

const ofInsights = (id: string, days: number) =>
  queryOptions({
    queryKey: [...keys.insights(id), days],
    queryFn: () => got(api.GET('/api/insights/{wid}', { params: { path: { wid: id }, query: { days } } })),
  });
export const useInsights = (id: string, days: number) => useQuery({ ...ofInsights(id, days), placeholderData: keepPreviousData });

export type Period = '24h' | '7d' | '30d' | '3m' | '6m' | '1y';
export type Range = { period: Period } | { from: string; to: string };
const ofAnalytics = (id: string, range: Range) =>
  queryOptions({
    queryKey: [...keys.analytics(id), range],
    queryFn: () => got(api.GET('/api/workspaces/{wid}/analytics', { params: { path: { wid: id }, query: range } })),
  });
export const useAnalytics = (id: string, range: Range, enabled = true) => useQuery({ ...ofAnalytics(id, range), placeholderData: keepPreviousData, enabled });

export const useMembers = (id: string) =>
  useQuery({
    queryKey: keys.members(id),
    queryFn: () => all((cursor) => got(api.GET('/api/workspaces/{wid}/members', { params: { path: { wid: id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
  });

export const useApiKeys = (id: string) =>
  useQuery({
    queryKey: keys.apiKeys(id),
    queryFn: () => all((cursor) => got(api.GET('/api/workspaces/{wid}/api-keys', { params: { path: { wid: id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
  });

export const useAnswers = (id: string) =>
  useQuery({
    queryKey: keys.answers(id),
    queryFn: () => all((cursor) => got(api.GET('/api/workspaces/{wid}/answers', { params: { path: { wid: id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
  });

export const useWebhooks = (id: string) =>
  useQuery({
    queryKey: keys.webhooks(id),
    queryFn: () => all((cursor) => got(api.GET('/api/workspaces/{wid}/webhooks', { params: { path: { wid: id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
  });

export type WidgetSite = Schemas['WidgetSite'];
/** While somebody waits for a site to appear, it is looked for often. */
export const useWidgetSites = (id: string) =>
  useQuery({
    queryKey: keys.sites(id),
    queryFn: async () => (await got(api.GET('/api/workspaces/{wid}/widget-sites', { params: { path: { wid: id } } }))).items,
    refetchInterval: (query) => (query.state.data?.some((one) => one.is_allowed) ? 60_000 : 4_000),
  });

export type ExternalDatabase = Schemas['ExternalDatabase'];
export const useExternalDatabase = (id: string) =>
  useQuery({
    queryKey: keys.database(id),
    queryFn: () => got(api.GET('/api/workspaces/{wid}/database', { params: { path: { wid: id } } })),
  });

export const kMonth = { period: '30d' } as const;
/** How many conversations the overview shows. */
export const kRecent = 5;

/** What the page at this address reads first, on its way before the page is drawn; ahead-script.ts has the same. */
export function readFirst(client: QueryClient, path: string, id: string) {
  if (path === '/workspaces') void client.prefetchQuery(ofWorkspaces);
  if (!id || !/^\/workspace(\/|$)/.test(path)) return;
  void client.prefetchQuery(ofWorkspace(id));
  if (path !== '/workspace') return;
  void client.prefetchQuery(ofAnalytics(id, kMonth));
  void client.prefetchInfiniteQuery(ofConversations(id, kNoFilter, kRecent));
  void client.prefetchQuery(ofInsights(id, 30));
  void client.prefetchInfiniteQuery(ofDocuments(id, 'indexed', 1));
}

/** Puts a changed workspace where pages read it. */
export function useRemember() {
  const client = useQueryClient();
  return useCallback(
    (workspace: Workspace) => {
      client.setQueryData(keys.workspace(workspace.id), workspace);
      client.setQueryData<Workspace[]>(keys.workspaces, (list) => list?.map((one) => (one.id === workspace.id ? workspace : one)));
    },
    [client],
  );
}
