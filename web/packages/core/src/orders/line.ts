/** What a line at a price stands for. */
export type LineKind = 'order' | 'position' | 'takeProfit' | 'stopLoss' | 'alert';

export interface PriceLine {
  readonly id: string;
  readonly kind: LineKind;
  readonly price: number;
  /** What is written on it, such as `Buy limit 0.5`. */
  readonly label: string;
  /** How much of it there is, told beside the words. */
  readonly quantity?: string;
  readonly canMove: boolean;
  readonly canClose: boolean;
  /** It waits for a yes, such as an order that was dragged: its buttons say yes or no. */
  readonly isAsking?: boolean;
}

/** What somebody wants of a line. The owner decides; nothing is changed before it says so. */
export type Intent =
  /** It is being dragged: for figures beside it, not for orders. */
  | { readonly kind: 'moving'; readonly id: string; readonly price: number }
  | { readonly kind: 'moved'; readonly id: string; readonly price: number }
  | { readonly kind: 'closed'; readonly id: string }
  /** The answers for a line that asks. */
  | { readonly kind: 'confirmed'; readonly id: string }
  | { readonly kind: 'cancelled'; readonly id: string };

export type Wish = (intent: Intent) => void;
