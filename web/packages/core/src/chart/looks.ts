/** How each indicator looks: what its outputs are drawn as. Pure. */

export interface OutputLook {
  readonly output: string;
  /** `turns` is a line that breaks and changes its colour where another output, `by`, changes its sign. */
  readonly shape: 'line' | 'histogram' | 'turns';
  readonly by?: string;
  /** Tokens of the theme. A histogram has up to four: rising and falling above 0, rising and falling below. */
  readonly colours: readonly string[];
  readonly width?: 1 | 2 | 3;
  readonly isDashed?: boolean;
  /** Not drawn by itself: part of a ribbon, or what others turn by. */
  readonly isSilent?: boolean;
}

export interface RibbonOf {
  readonly upper: string;
  readonly lower: string;
  /** Token of the colour where upper is above, and where it is below. */
  readonly above: string;
  readonly below: string;
  /** Whether it draws its edges too, as what reaches beyond the newest bar must. */
  readonly hasLines: boolean;
}

export interface Look {
  readonly outputs: readonly OutputLook[];
  readonly ribbon?: RibbonOf;
  readonly levels?: readonly number[];
  /** Written as prices of the market, as differences of prices, as volumes, or with so many decimals. */
  readonly numbers: 'price' | 'difference' | 'volume' | number;
}

const line = (output: string, colour = ''): OutputLook => ({
  output,
  shape: 'line',
  colours: colour ? [colour] : [],
});

const average = (name: string): Look => ({ outputs: [line(name)], numbers: 'price' });

export const LOOKS: Readonly<Record<string, Look>> = {
  sma: average('sma'),
  ema: average('ema'),
  wma: average('wma'),
  vwap: average('vwap'),
  atr: { outputs: [line('atr')], numbers: 'difference' },
  bollinger: {
    outputs: [line('upper', 'series-1'), line('middle', 'series-2'), line('lower', 'series-1')],
    ribbon: {
      upper: 'upper',
      lower: 'lower',
      above: 'series-1',
      below: 'series-1',
      hasLines: false,
    },
    numbers: 'price',
  },
  rsi: { outputs: [line('rsi', 'series-3')], levels: [30, 70], numbers: 2 },
  stochastic: {
    outputs: [line('k', 'series-1'), line('d', 'series-2')],
    levels: [20, 80],
    numbers: 2,
  },
  adx: {
    outputs: [line('adx', 'series-5'), line('plus', 'up'), line('minus', 'down')],
    numbers: 2,
  },
  macd: {
    outputs: [
      {
        output: 'histogram',
        shape: 'histogram',
        colours: ['up', 'volume-up', 'volume-down', 'down'],
      },
      line('macd', 'series-1'),
      line('signal', 'series-2'),
    ],
    numbers: 'difference',
  },
  obv: { outputs: [line('obv', 'series-1')], numbers: 'volume' },
  ichimoku: {
    outputs: [
      line('conversion', 'series-1'),
      line('base', 'series-5'),
      line('lagging', 'series-6'),
      { ...line('span_a', 'up'), isSilent: true },
      { ...line('span_b', 'down'), isSilent: true },
    ],
    ribbon: { upper: 'span_a', lower: 'span_b', above: 'up', below: 'down', hasLines: true },
    numbers: 'price',
  },
  supertrend: {
    outputs: [
      { output: 'supertrend', shape: 'turns', by: 'direction', colours: ['up', 'down'], width: 2 },
    ],
    numbers: 'price',
  },
};

/** How an indicator looks; one that is not known here has a line for each output. */
export function lookOf(name: string, outputs: readonly string[] = [name]): Look {
  return LOOKS[name] ?? { outputs: outputs.map((output) => line(output)), numbers: 'price' };
}

/** Which of the tokens a column of a histogram has: above 0 rising, falling; below rising, falling. */
export function histogramColour(value: number, before: number | null): 0 | 1 | 2 | 3 {
  const isRising = before === null || value >= before;
  if (value >= 0) return isRising ? 0 : 1;
  return isRising ? 2 : 3;
}
