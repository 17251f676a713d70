import type { Tool } from '@chandlery/chart-core/drawings';

export const NAMES: Readonly<Record<Tool, string>> = {
  trend: 'Trend line',
  ray: 'Ray',
  extended: 'Extended line',
  horizontal: 'Horizontal line',
  horizontalRay: 'Horizontal ray',
  vertical: 'Vertical line',
  rectangle: 'Rectangle',
  fibonacci: 'Fibonacci retracement',
  text: 'Text',
  measure: 'Measure',
};
