// What a customer pastes, for each kind of site. The server's own address and the workspace's id are filled in.
export const kSites = ['html', 'react', 'next', 'vue', 'wordpress', 'aspnet'] as const;
export type Site = (typeof kSites)[number];

export const kSiteNames: Record<Site, string> = { html: 'HTML', react: 'React', next: 'Next.js', vue: 'Vue', wordpress: 'WordPress', aspnet: 'ASP.NET' };

export function snippet(site: Site, server: string, workspace: string): string {
  const src = `${server}/widget/embed.js`;
  switch (site) {
    case 'html':
      return `<script src="${src}" data-workspace-id="${workspace}" async></script>`;
    case 'react':
      return `import { useEffect } from 'react';

export function Monitora() {
  useEffect(() => {
    const script = document.createElement('script');
    script.src = '${src}';
    script.async = true;
    script.dataset.workspaceId = '${workspace}';
    document.body.append(script);
  }, []);
  return null;
}`;
    case 'next':
      return `// app/layout.tsx
import Script from 'next/script';

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="fr">
      <body>
        {children}
        <Script src="${src}" data-workspace-id="${workspace}" strategy="lazyOnload" />
      </body>
    </html>
  );
}`;
    case 'vue':
      return `<script setup>
import { onMounted } from 'vue';

onMounted(() => {
  const script = document.createElement('script');
  script.src = '${src}';
  script.async = true;
  script.dataset.workspaceId = '${workspace}';
  document.body.append(script);
});
</script>`;
    case 'wordpress':
      return `// functions.php
add_action('wp_footer', function () {
    echo '<script src="${src}" data-workspace-id="${workspace}" async></script>';
});`;
    case 'aspnet':
      return `@* Views/Shared/_Layout.cshtml, before </body> *@
<script src="${src}" data-workspace-id="${workspace}" async></script>`;
  }
}
