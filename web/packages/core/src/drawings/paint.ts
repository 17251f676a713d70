import type { Point } from './geometry';
import type { Drawing } from './model';
import { type Shape, TEXT_PX } from './shapes';

/** How a drawing is painted just now. */
export interface Look {
  readonly colour: string;
  readonly background: string;
  readonly font: string;
  readonly isMarked: boolean;
}

type Pen = CanvasRenderingContext2D;

const LINE_PX = TEXT_PX * 1.3;
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
  pen.lineWidth = style.width + (look.isMarked ? 0.5 : 0);
  pen.font = `${TEXT_PX}px ${look.font}`;
  pen.textBaseline = 'middle';
  for (const shape of shapes) paintShape(pen, shape, style, look);
  pen.restore();
}

function paintShape(pen: Pen, shape: Shape, style: Drawing['style'], look: Look): void {
  switch (shape.kind) {
    case 'line':
      pen.setLineDash(shape.isFaint ? [2, 4] : DASHES[style.dash](style.width));
      pen.beginPath();
      pen.moveTo(shape.a.x, shape.a.y);
      pen.lineTo(shape.b.x, shape.b.y);
      pen.stroke();
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

function write(pen: Pen, lines: readonly string[], at: Point): void {
  lines.forEach((line, index) => {
    pen.fillText(line, at.x, at.y + index * LINE_PX);
  });
}

/** Lines on a plate, centred. */
function label(pen: Pen, lines: readonly string[], at: Point, look: Look): void {
  const width = Math.max(...lines.map((line) => pen.measureText(line).width)) + 16;
  const height = lines.length * LINE_PX + 8;
  pen.fillRect(at.x - width / 2, at.y + 6, width, height);
  pen.fillStyle = look.background;
  pen.textAlign = 'center';
  write(pen, lines, { x: at.x, y: at.y + 6 + 4 + LINE_PX / 2 });
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
