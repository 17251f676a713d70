/** Runs one job at most once a frame, however often it is asked for. */
export class Frames {
  private handle = 0;

  constructor(private readonly job: () => void) {}

  readonly ask = (): void => {
    this.handle ||= requestAnimationFrame(() => {
      this.handle = 0;
      this.job();
    });
  };

  stop(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }
}
