// A static export: monitora serves the files, Node.js only makes them.
/** @type {import('next').NextConfig} */
export default {
  output: 'export',
  reactStrictMode: true,
  images: { unoptimized: true },
  eslint: { ignoreDuringBuilds: true },
  devIndicators: false,
  // tools/build-console gives the hash of the sources, so that a page of another version is noticed.
  generateBuildId: () => process.env.MONITORA_CONSOLE_BUILD ?? 'development',
  experimental: { optimizePackageImports: ['radix-ui'] },
};
