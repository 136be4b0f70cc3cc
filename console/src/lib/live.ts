// What happens in the workspace, as it happens: the SignalR hub of the server. Events only say that something
// changed; the pages then read it again. Without the hub (an older server, a proxy in between) pages ask
// from time to time.
import type { HubConnection } from '@microsoft/signalr';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { toast } from '@/components/toasts';
import { accessToken } from './auth';
import { say } from './language';
import { keys } from './queries';

let live = false;
const listeners = new Set<() => void>();
function setLive(next: boolean) {
  if (live === next) return;
  live = next;
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const useIsLive = () => useSyncExternalStore(subscribe, () => live, () => false);

/** Changes that come together are read together. */
const kGatherMs = 250;

export function useLiveWorkspace(id: string) {
  const client = useQueryClient();
  useEffect(() => {
    if (!id) return;
    let connection: HubConnection | undefined;
    let left = false;
    const waiting = new Map<string, readonly unknown[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = (...names: (readonly unknown[])[]) => {
      for (const name of names) waiting.set(JSON.stringify(name), name);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey });
        waiting.clear();
      }, kGatherMs);
    };

    const open = async () => {
      const { HubConnectionBuilder, LogLevel } = await import('@microsoft/signalr');
      if (left) return;
      connection = new HubConnectionBuilder()
        .withUrl('/hubs/workspace', { accessTokenFactory: accessToken })
        .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => Math.min(1000 * 2 ** previousRetryCount, 30_000) })
        .configureLogging(LogLevel.None)
        .build();
      connection.on('documentStatusChanged', (event?: { document_id?: string }) => {
        changed(keys.documents(id), keys.workspace(id));
        if (event?.document_id) changed(keys.document(event.document_id));
      });
      connection.on('conversationStarted', () => changed(keys.conversations(id), keys.workspace(id)));
      connection.on('messageCreated', (event?: { conversation_id?: string }) => {
        changed(keys.conversations(id), keys.analytics(id), keys.workspace(id));
        if (event?.conversation_id) changed(['conversation', event.conversation_id]);
      });
      connection.on('conversationUpdated', (event?: { conversation_id?: string; handover?: string }) => {
        changed(keys.conversations(id));
        if (event?.conversation_id) changed(['conversation', event.conversation_id]);
        if (event?.handover === 'requested') toast(say('handover.asked'));
      });
      connection.on('insightsUpdated', (event?: { conversation_id?: string }) => {
        changed(keys.insights(id));
        if (event?.conversation_id) changed(keys.conversations(id), ['conversation', event.conversation_id]);
      });
      connection.onreconnecting(() => setLive(false));
      connection.onclose(() => setLive(false));
      const join = async () => {
        await connection?.invoke('Subscribe', id);
        setLive(true);
        // What happened while nobody listened.
        changed(keys.workspace(id), ['conversation']);
      };
      connection.onreconnected(() => void join().catch(() => setLive(false)));
      try {
        await connection.start();
        if (left) return void connection.stop();
        await join();
      } catch {
        setLive(false);
      }
    };
    // After the page's own requests.
    const start = setTimeout(() => void open().catch(() => setLive(false)), 1500);
    return () => {
      left = true;
      clearTimeout(start);
      clearTimeout(timer);
      setLive(false);
      void connection?.stop().catch(() => undefined);
    };
  }, [id, client]);
}
