// The frame of a key goes first. What follows from it (the desk hears of it, the preview scrolls along) would take
// the same processes while they lay the letter out and paint it: it waits until that is done.

/** Milliseconds from a key until its letter is on the screen, by far and large (docs/BENCHMARKS.md). */
export const FRAME = 12;

/** Does a task once the frame of the last key is over; however many ask for it meanwhile, it is done once. */
export class AfterFrame {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly task: () => void) {}

  ask(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.task();
    }, FRAME);
  }

  /** The task is not done any more. */
  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
