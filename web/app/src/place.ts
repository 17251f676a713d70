/**
 * Where the app lies and where its server is: the same files serve on the server itself, on a
 * static host, and below a path. `chandlery export-app` writes both into the pages.
 */

/** The server's address without a slash at its end; empty if the app comes from it. */
export function apiBase(page: Document = document): string {
  const told = page.querySelector<HTMLMetaElement>('meta[name="chandlery-api"]')?.content ?? '';
  return told.replace(/\/+$/, '');
}

/** The path of the app, with a slash at its end. */
export function basePath(page: Document = document): string {
  return new URL(page.querySelector('base')?.getAttribute('href') ?? '/', page.location.href)
    .pathname;
}

/** A path of the address bar as one below the app's. */
export function below(base: string, path: string): string {
  return path.startsWith(base) ? path.slice(base.length) : path.replace(/^\/+/, '');
}
