/** What a line at a price stands for. */
export type LineKind = 'order' | 'position' | 'takeProfit' | 'stopLoss' | 'alert';

export interface PriceLine {
  readonly id: string;
  readonly kind: LineKind;
  readonly price: number;
  /** What is written on it, such as `Buy limit 0.5`. */
  readonly label: string;
  readonly canMove: boolean;
  readonly canClose: boolean;
}

/** What somebody wants of a line. The owner decides; nothing is changed before it says so. */
export type Intent =
  /** It is being dragged: for figures beside it, not for orders. */
  | { readonly kind: 'moving'; readonly id: string; readonly price: number }
  | { readonly kind: 'moved'; readonly id: string; readonly price: number }
  | { readonly kind: 'closed'; readonly id: string };

export type Wish = (intent: Intent) => void;
