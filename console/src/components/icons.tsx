// Line icons on a grid of 20; decoration only: what they sit beside says it in words.
const kPaths = {
  overview: 'M3 3h6v8H3zM11 3h6v5h-6zM11 10h6v7h-6zM3 13h6v4H3z',
  documents: 'M5 2.5h6.5L16 7v10.5H5zM11 2.5V7.5h5M8 11h5M8 14h5',
  answers: 'M3 16.5l1-4L13.5 3l3 3L7 15.5zM11.5 5l3 3M11 16.5h6',
  playground: 'M3 4h14v9.5H9.5L5.5 17v-3.5H3zM7 7.5h6M7 10.5h4',
  conversations: 'M2.5 3.5h10v7h-5l-3 2.5v-2.5h-2zM15 7.5h2.5v7h-2V17l-3-2.5H7.5V13',
  insights: 'M10 2.5a5.2 5.2 0 0 1 3 9.4V14H7v-2.1a5.2 5.2 0 0 1 3-9.4zM7.5 17h5',
  analytics: 'M3 17V3M3 17h14M6.5 14v-4M10 14V6M13.5 14V9',
  widget: 'M3 3.5h14v13H3zM3 7h14M10.5 10.5h4v3.5h-4z',
  database: 'M4 5c0-1.4 2.7-2.5 6-2.5S16 3.6 16 5s-2.7 2.5-6 2.5S4 6.4 4 5zM4 5v10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5V5M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5',
  members: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 16.5c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5M13 4a3 3 0 0 1 0 5.5M15 12.4c1.6.6 2.5 2.1 2.5 4.1',
  keys: 'M7 13.5a3.5 3.5 0 1 1 3-5.3h7.5V11H15v2.5h-3V11h-2a3.5 3.5 0 0 1-3 2.5zM6.8 10h.1',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  plus: 'M10 4v12M4 10h12',
  upload: 'M10 13.5V3.5M6 7l4-3.5L14 7M3.5 12.5v4h13v-4',
  download: 'M10 3.5v10M6 10l4 3.5L14 10M3.5 12.5v4h13v-4',
  trash: 'M3.5 5.5h13M8 5.5v-2h4v2M5.5 5.5l.7 11.5h7.6l.7-11.5M8.5 8.5v5.5M11.5 8.5v5.5',
  refresh: 'M16.5 8A7 7 0 0 0 4 6.5L3 8M3 3.5V8h4.5M3.5 12A7 7 0 0 0 16 13.5l1-1.5M17 16.5V12h-4.5',
  search: 'M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12.5 12.5L17 17',
  filter: 'M3 5.5h14M5.75 10h8.5M8.5 14.5h3',
  close: 'M4.5 4.5l11 11M15.5 4.5l-11 11',
  check: 'M3.5 10.5l4.5 4.5 8.5-10',
  copy: 'M7 7h10v10H7zM13 7V3H3v10h4',
  alert: 'M10 2.8L18 17H2zM10 8v4M10 14.4v.1',
  info: 'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9v5M10 6v.1',
  eye: 'M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  eyeOff: 'M3 3l14 14M8 5a9 9 0 0 1 2-.5c5.5 0 8.5 5.5 8.5 5.5a15 15 0 0 1-2.6 3.2M12.5 14.9a8 8 0 0 1-2.5.6C4.5 15.5 1.5 10 1.5 10A15 15 0 0 1 5 6',
  back: 'M16.5 10h-13M8.5 5L3.5 10l5 5',
  send: 'M3 10l14-6.5-4.5 13-3-5.5zM9.5 11L17 3.5',
  stop: 'M5 5h10v10H5z',
  more: 'M4.5 10h.1M10 10h.1M15.5 10h.1',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  up: 'M6.5 17V9l3-6c1.5 0 2 1 1.8 2.3L10.8 8H16l-1.2 9zM3 9h3.5v8H3z',
  down: 'M13.5 3v8l-3 6c-1.5 0-2-1-1.8-2.3l.5-2.7H4l1.2-9zM17 11h-3.5V3H17z',
  out: 'M12 3.5H4v13h8M8.5 10H17.5M14 6.5l3.5 3.5-3.5 3.5',
  user: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17c0-3.3 2.9-5 6.5-5s6.5 1.7 6.5 5',
  link: 'M8.5 11.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M11.5 8.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1',
  chevron: 'M7.5 4.5L13 10l-5.5 5.5',
} as const;
export type IconName = keyof typeof kPaths;

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 20 20" className={`size-5 shrink-0 ${className}`} fill="none" stroke="currentColor" strokeWidth={name === 'more' ? 2.4 : 1.6} strokeLinecap="round" strokeLinejoin="round">
      <path d={kPaths[name]} />
    </svg>
  );
}

/** The mark: a cited passage, between its brackets. */
export function Mark({ className = 'h-7' }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 34 28" className={className} fill="none">
      <path d="M9 3H4v22h5M25 3h5v22h-5" stroke="currentColor" strokeWidth="3.2" />
      <path d="M9 10.5h15M9 17.5h10" stroke="var(--marker)" strokeWidth="5" className="mark-line" />
      <path d="M10.5 10.5h12M10.5 17.5h7" stroke="currentColor" strokeWidth="1.8" />
    </svg>
  );
}
