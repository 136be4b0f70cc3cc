import { useEffect } from 'react';

/** The tab's name, in the page's language. */
export function useTitle(...parts: (string | undefined)[]) {
  const title = [...parts.filter(Boolean), 'MONITORA'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
