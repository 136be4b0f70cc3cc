import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '@/components/providers';
import { kAheadScript } from '@/lib/ahead-script';
import { kThemeScript } from '@/lib/theme-script';
import './globals.css';

/** The Latin part of both families; the style sheet asks for the rest where a text needs it. */
const kFonts = [
  new URL('@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2', import.meta.url),
  new URL('@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2', import.meta.url),
].map((one) => one.pathname);

export const metadata: Metadata = {
  title: { default: 'MONITORA', template: '%s · MONITORA' },
  description: 'Des chatbots qui répondent avec vos documents, et leurs sources.',
};
export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f4ee' },
    { media: '(prefers-color-scheme: dark)', color: '#0c1312' },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="fr" data-theme="light" suppressHydrationWarning>
      <head>
        {kFonts.map((font) => <link key={font} rel="preload" as="font" type="font/woff2" href={font} crossOrigin="anonymous" />)}
        <script dangerouslySetInnerHTML={{ __html: kThemeScript }} />
        <script dangerouslySetInnerHTML={{ __html: kAheadScript }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
