import { defineConfig } from 'vitest/config';

// The development build of the chart library checks what it is given; the production build does not.
export default defineConfig({
  resolve: { conditions: ['development'] },
  test: {
    include: ['packages/*/tests/**/*.test.{ts,tsx}', 'app/tests/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    restoreMocks: true,
    server: { deps: { inline: ['lightweight-charts'] } },
  },
});
