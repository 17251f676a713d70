/** Makes `<lw-chart>` known to the page. To load this twice does no harm. */

import { ChartElement } from './chart';

if (!customElements.get('lw-chart')) customElements.define('lw-chart', ChartElement);

export { ChartElement };
