/**
 * Addresses below the base of a server: '' is the page's own origin, and the base may be another
 * origin or lie below a path. Pure.
 */

/** Returns a base without the slashes at its end. */
export const baseOf = (given: string): string => given.trim().replace(/\/+$/, '');

/** Returns the address of a path such as `/api/v1/candles`, with what is defined of a query. */
export function addressOf(
  base: string,
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `${baseOf(base)}${path}${text.length ? '?' : ''}${text.join('&')}`;
}

/** Returns the address of the WebSocket; `page` is the address of the page that asks. */
export function socketAddressOf(base: string, page: string): string {
  const address = new URL(`${baseOf(base)}/ws`, page);
  address.protocol = address.protocol === 'https:' || address.protocol === 'wss:' ? 'wss:' : 'ws:';
  return address.href;
}
