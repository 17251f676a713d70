import type { Tool } from '@chandlery/chart-core/drawings';

/** Strokes of each tool's icon, in a box of 20. */
const PATHS: Readonly<
  Record<
    Tool | 'undo' | 'redo' | 'magnet' | 'eye' | 'lock' | 'copy' | 'bin' | 'next' | 'out' | 'in',
    string
  >
> = {
  trend: 'M4 16 16 4M4 16h.01M16 4h.01',
  ray: 'M4 15 19 5M4 15h.01M11 10.3h.01',
  extended: 'M1 17 19 3M6 13h.01M14 7h.01',
  horizontal: 'M1 10h18M10 10h.01',
  horizontalRay: 'M5 10h14M5 10h.01',
  vertical: 'M10 1v18M10 10h.01',
  rectangle: 'M4 5h12v10H4z',
  fibonacci: 'M3 4h14M3 8h14M3 11h14M3 16h14',
  text: 'M4 5h12M10 5v11',
  measure: 'M3 13 13 3l4 4L7 17zM6 10l2 2M9 7l2 2',
  undo: 'M7 5 3 9l4 4M3 9h9a4 4 0 0 1 0 8h-2',
  redo: 'M13 5l4 4-4 4M17 9H8a4 4 0 0 0 0 8h2',
  magnet: 'M5 3v7a5 5 0 0 0 10 0V3M5 6h3M12 6h3',
  eye: 'M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 10h.01',
  lock: 'M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  next: 'M4 4v12M8 5l8 5-8 5z',
  out: 'M10 3v9M6 8l4 4 4-4M4 16h12',
  in: 'M10 12V3M6 7l4-4 4 4M4 16h12',
  bin: 'M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11',
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
