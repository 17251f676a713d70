import type { Point } from './geometry';
import type { Drawing } from './model';
import { LINE_PX, PLATE_PX, type Shape, TEXT_PX } from './shape';

/** How a drawing is painted just now. */
export interface Look {
  readonly colour: string;
  readonly background: string;
  readonly font: string;
  readonly isMarked: boolean;
  /** Pixels of the device to one of the page. */
  readonly ratio: Point;
}

type Pen = CanvasRenderingContext2D;

const HANDLE_PX = 5;
const DASHES: Readonly<Record<Drawing['style']['dash'], (width: number) => number[]>> = {
  solid: () => [],
  dashed: (width) => [4 + 2 * width, 3 + 2 * width],
  dotted: (width) => [width, 2 * width],
};

export function paint(pen: Pen, shapes: readonly Shape[], { style }: Drawing, look: Look): void {
  pen.save();
  pen.strokeStyle = look.colour;
  pen.fillStyle = look.colour;
  pen.lineWidth = penWidth(style.width + (look.isMarked ? 0.5 : 0), look.ratio.y);
  pen.font = `${TEXT_PX}px ${look.font}`;
  pen.textBaseline = 'middle';
  for (const shape of shapes) paintShape(pen, shape, style, look);
  pen.restore();
}

/** Whole pixels of the device, at least one. */
const penWidth = (width: number, ratio: number): number =>
  Math.max(1, Math.round(width * ratio)) / ratio;

function paintShape(pen: Pen, shape: Shape, style: Drawing['style'], look: Look): void {
  switch (shape.kind) {
    case 'line':
      pen.setLineDash(shape.isFaint ? [2, 4] : DASHES[style.dash](style.width));
      stroke(pen, sharp(shape.a, shape.b, pen.lineWidth, look.ratio));
      return;
    case 'fill':
      pen.globalAlpha = shape.opacity;
      pen.fillRect(shape.a.x, shape.a.y, shape.b.x - shape.a.x, shape.b.y - shape.a.y);
      pen.globalAlpha = 1;
      return;
    case 'text':
      pen.textAlign = 'left';
      write(pen, shape.lines, shape.at);
      return;
    case 'label':
      label(pen, shape.lines, shape.at, look);
  }
}

function stroke(pen: Pen, [a, b]: readonly [Point, Point]): void {
  pen.beginPath();
  pen.moveTo(a.x, a.y);
  pen.lineTo(b.x, b.y);
  pen.stroke();
}

/** An upright or level line, moved so that its edges are those of pixels; others stay as they are. */
export function sharp(a: Point, b: Point, width: number, ratio: Point): readonly [Point, Point] {
  const isUpright = a.x === b.x;
  if (isUpright === (a.y === b.y)) return [a, b];
  const scale = isUpright ? ratio.x : ratio.y;
  const half = (Math.round(width * scale) % 2) / 2;
  const at = (Math.floor((isUpright ? a.x : a.y) * scale) + half) / scale;
  return isUpright
    ? [
        { x: at, y: a.y },
        { x: at, y: b.y },
      ]
    : [
        { x: a.x, y: at },
        { x: b.x, y: at },
      ];
}

function write(pen: Pen, lines: readonly string[], at: Point): void {
  lines.forEach((line, index) => {
    pen.fillText(line, at.x, at.y + index * LINE_PX);
  });
}

function label(pen: Pen, lines: readonly string[], at: Point, look: Look): void {
  const width = Math.max(...lines.map((line) => pen.measureText(line).width)) + 2 * PLATE_PX.x;
  const height = lines.length * LINE_PX + 2 * PLATE_PX.y;
  pen.fillRect(at.x - width / 2, at.y, width, height);
  pen.fillStyle = look.background;
  pen.textAlign = 'center';
  write(pen, lines, { x: at.x, y: at.y + PLATE_PX.y + LINE_PX / 2 });
  pen.fillStyle = look.colour;
}

export function paintHandles(pen: Pen, points: readonly Point[], look: Look): void {
  pen.save();
  pen.setLineDash([]);
  pen.lineWidth = 1.5;
  pen.strokeStyle = look.colour;
  pen.fillStyle = look.background;
  for (const { x, y } of points) {
    pen.beginPath();
    pen.arc(x, y, HANDLE_PX, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }
  pen.restore();
}
