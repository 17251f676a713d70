const WIDTH = 300;
const HEIGHT = 60;

/** A line of the newest values, the last one in words. */
export function Plot({
  title,
  values,
  digits = 0,
}: {
  title: string;
  values: readonly number[];
  digits?: number;
}) {
  const last = values.at(-1);
  const most = Math.max(1e-9, ...values);
  const told = last === undefined ? '–' : format(last, digits);
  return (
    <figure className="plot">
      <figcaption>
        <span>{title}</span>
        <strong>{told}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${told}, at most ${format(most, digits)}`}
      >
        <path d={pathOf(values, most)} vectorEffect="non-scaling-stroke" />
      </svg>
    </figure>
  );
}

function format(value: number, digits: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : digits });
}

/** The values from left to right, the newest at the right edge. */
export function pathOf(values: readonly number[], most: number, room = 300): string {
  const step = WIDTH / (room - 1);
  const first = WIDTH - (values.length - 1) * step;
  return values
    .map((value, index) => {
      const x = first + index * step;
      const y = HEIGHT - 2 - (value / most) * (HEIGHT - 6);
      return `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
