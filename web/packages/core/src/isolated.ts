/** Calls one of many; what it throws is reported as what nobody caught, and keeps nothing from the others. */
export function isolated(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
