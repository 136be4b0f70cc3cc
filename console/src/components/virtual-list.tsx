'use client';
// A long list in the page's own scroll: only what is near the screen is in the page, and the next rows are asked
// for before the end is reached. Screen readers hear the position in the whole list.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';

interface Props<T> {
  items: T[];
  label: string;
  rowHeight: number;
  keyOf: (item: T) => string;
  render: (item: T) => ReactNode;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}

export function VirtualList<T>({ items, label, rowHeight, keyOf, render, hasMore, isLoadingMore, loadMore }: Props<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top;
      if (top !== undefined) setOffset(Math.round(top + scrollY));
    };
    measure();
    // What is above may grow (uploads, notices).
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({ count: items.length, estimateSize: () => rowHeight, overscan: 8, scrollMargin: offset, getItemKey: (index) => keyOf(items[index] as T) });
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= items.length - 60) loadMore();
  }, [hasMore, isLoadingMore, lastShown, items.length, loadMore]);
  useEffect(() => {
    list.current?.style.setProperty('height', `${virtual.getTotalSize()}px`);
  });
  return (
    <ul ref={list} aria-label={label} className="relative">
      {rows.map((row) => {
        const item = items[row.index];
        return item === undefined ? null : (
          <li key={row.key} data-index={row.index} ref={virtual.measureElement} aria-setsize={hasMore ? -1 : items.length} aria-posinset={row.index + 1} className="absolute inset-x-0 top-0 border-b border-rule" style={{ transform: `translateY(${row.start - offset}px)` }}>
            {render(item)}
          </li>
        );
      })}
    </ul>
  );
}
