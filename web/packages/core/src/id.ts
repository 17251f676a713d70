/**
 * Returns an id that no other thing has. `crypto.randomUUID` would do, but browsers have it only on
 * pages of HTTPS and of this machine, and many a server is reached as http://192.168.x.x.
 */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
