import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const only = (message, ...names) => names.map((name) => ({ group: [name, `${name}/**`], message }));
const tauri = only("Only src/host/tauri.ts names Tauri.", "@tauri-apps");
const layer = (files, message, ...names) => ({
  files,
  ignores: ["**/*.test.ts"],
  rules: { "no-restricted-imports": ["error", { patterns: [...tauri, ...only(message, ...names)] }] },
});

export default ts.config(
  { ignores: ["**/dist/", "node_modules/", "src/ipc/generated/"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig, extraFileExtensions: [".svelte"] } },
  },
  {
    rules: {
      // TypeScript knows the globals; this rule does not.
      "no-undef": "off",
      "svelte/no-at-html-tags": "error",
      // Maps and sets in plain state code are deliberate: what is reactive is marked so.
      "svelte/prefer-svelte-reactivity": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Article text is data: make elements." },
        { property: "outerHTML", message: "Article text is data: make elements." },
        { property: "insertAdjacentHTML", message: "Article text is data: make elements." },
        { object: "document", property: "write", message: "Article text is data: make elements." },
      ],
      "no-restricted-imports": ["error", { patterns: tauri }],
    },
  },
  // views -> state -> ipc -> host; the editor and the preview know none of them.
  layer(["src/views/**"], "Views ask the state.", "../host"),
  layer(["src/state/**"], "The state draws nothing.", "../views", "../editor", "../preview", "@codemirror"),
  layer(
    ["src/ipc/**", "src/host/**"],
    "What crosses knows nothing above it.",
    "../views",
    "../state",
    "../editor",
  ),
  layer(
    ["src/editor/**", "src/preview/**"],
    "The text knows no interface.",
    "svelte",
    "../views",
    "../state",
    "../ipc",
    "../host",
  ),
  { files: ["src/host/tauri.ts"], rules: { "no-restricted-imports": "off" } },
);
