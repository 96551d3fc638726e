import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // The content security policy takes style elements with this nonce only (dev server, CodeMirror).
  html: { cspNonce: "copydesk" },
  server: { port: 5173, strictPort: true },
  build: {
    // WebKitGTK 2.40 (Debian 12), Safari 16.4, Edge WebView2.
    target: ["es2022", "safari16.4"],
    // `font-src 'self'` and `img-src 'self'` exclude data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The editor is in the first chunk on purpose: the article is there with the first paint.
    chunkSizeWarningLimit: 640,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    restoreMocks: true,
    // One page for all files of a worker: a page for each took as long as the tests. What a test mounts it takes away.
    isolate: false,
    maxWorkers: "100%",
    // How long a busy machine may take; no test asserts a time.
    testTimeout: 30_000,
    setupFiles: ["src/setup.testing.ts"],
  },
});
