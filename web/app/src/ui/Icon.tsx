/** Our own icons: strokes on a grid of 24, in the colour of the text. */

const PATHS = {
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16 16l5 5',
  plus: 'M12 5v14M5 12h14',
  compare: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 8v8M8 12h8',
  down: 'M7 10l5 5l5-5',
  up: 'M7 14l5-5l5 5',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  candles: 'M8 3v4M8 16v5M5.5 7h5v9h-5zM16 5v4M16 15v4M13.5 9h5v6h-5z',
  hollow: 'M8 3v5M8 15v6M5.5 8h5v7h-5zM16 3v18M13.5 7h5v10h-5z',
  heikin: 'M6 9v11M4 12h4v5H4zM12 6v11M10 9h4v5h-4zM18 3v11M16 6h4v5h-4z',
  bars: 'M7 4v16M4 8h3M7 16h3M17 4v16M14 15h3M17 7h3',
  line: 'M3 17l5-7l5 4l8-9',
  area: 'M3 16l5-6l5 4l8-8v14H3z',
  baseline: 'M3 12h2M8 12h2M14 12h2M19 12h2M3 16c3 0 4-9 8-9s4 10 10 7',
  columns: 'M5 20V12h2v8M11 20V5h2v15M17 20V9h2v11',
  indicators: 'M3 17c3 0 4-11 7-11s3 8 6 8s3-5 5-5M4 21h16',
  bell: 'M12 3.5a5.5 5.5 0 0 1 5.5 5.5c0 5 2 6.5 2 6.5h-15s2-1.5 2-6.5A5.5 5.5 0 0 1 12 3.5zM10 19a2 2 0 0 0 4 0',
  list: 'M4 6h16M4 12h16M4 18h16',
  undo: 'M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4',
  redo: 'M16 5l4 4l-4 4M20 9H10a5.5 5.5 0 0 0 0 11h4',
  camera: 'M3 8h4l2-3h6l2 3h4v12H3zM12 10.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z',
  expand: 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5',
  shrink: 'M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5',
  more: 'M5 11.5v1M12 11.5v1M19 11.5v1',
  layout: 'M4 4h16v16H4zM4 10h16M11 10v10',
  star: 'M12 3.5l2.600 5.5l6 .8l-4.400 4.200l1.100 6l-5.300-2.900l-5.300 2.900l1.100-6L3.400 9.800l6-.8z',
  eye: 'M2.5 12s3.5-6.5 9.5-6.5s9.5 6.5 9.5 6.5s-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6z',
  hidden:
    'M4 4l16 16M9.5 6c.8-.3 1.600-.5 2.5-.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.600M6 8a17 17 0 0 0-3.5 4s3.5 6.5 9.5 6.5c1.300 0 2.5-.3 3.5-.8',
  settings: 'M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4',
  bin: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  help: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.5c-.7.300-1 .8-1 1.5M12 16.5v.5',
  info: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 11v6M12 7.5v.5',
  clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 7v5l3.5 2',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  scale: 'M7 4v16M4 7l3-3l3 3M4 17l3 3l3-3M14 8h6M14 12h4M14 16h6',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  save: 'M4 4h12l4 4v12H4zM8 4v5h7V4M8 20v-6h8v6',
  sound: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7',
  warning: 'M12 4L2.5 20h19zM12 10v5M12 17.5v.5',
  offline:
    'M4 4l16 16M3 9a14 14 0 0 1 4-2.5M21 9a14 14 0 0 0-9-3.5M6.5 13a8 8 0 0 1 3-1.800M17.5 13a8 8 0 0 0-2-1.400M12 18v.5',
  server: 'M4 4h16v7H4zM4 13h16v7H4zM8 7.5v.1M8 16.5v.1',
  edge: 'M5 6l6 6l-6 6M13 6l6 6l-6 6',
  gauge: 'M4 18a9 9 0 1 1 16 0M12 14l4-5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 20,
  isFilled = false,
}: {
  name: IconName;
  size?: number;
  isFilled?: boolean;
}) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={isFilled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
