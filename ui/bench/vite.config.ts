import { defineConfig } from "vite";

// A classic script: a page opened from a file may not load modules.
export default defineConfig({
  build: {
    lib: { entry: "bench/peer.ts", formats: ["iife"], name: "peer", fileName: () => "peer.js" },
    outDir: "bench/dist",
  },
});
