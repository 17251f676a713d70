/** Charts of a Chandlery server as React components. */

export { useSignal } from './hooks';
