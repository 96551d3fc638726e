// Addresses as an article writes them, relative to itself.

/** Desk-relative path of what an article links to; `null` for what lies outside the desk or is no path. */
export function besidePath(article: string, src: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(src) || src.startsWith("/") || src.includes("\\")) return null;
  let plain: string;
  try {
    plain = decodeURIComponent(src.replace(/[?#].*$/, ""));
  } catch {
    return null;
  }
  const parts = article.split("/").slice(0, -1);
  for (const part of plain.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length > 0 ? parts.join("/") : null;
}
