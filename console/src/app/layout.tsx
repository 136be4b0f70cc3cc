import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '@/components/providers';
import { kThemeScript } from '@/lib/theme-script';
import './globals.css';

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
        <script dangerouslySetInnerHTML={{ __html: kThemeScript }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
