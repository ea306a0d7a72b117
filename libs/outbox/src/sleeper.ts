/** Where a loop sleeps until a time has passed or it is woken. A wake while it is awake cuts its next sleep to nothing. */
export class Sleeper {
  #woken = false;
  #wakeNow: () => void = () => undefined;

  async sleep(ms: number): Promise<void> {
    if (!this.#woken && ms > 0) await this.#sleepUntilWoken(ms);
    this.#woken = false;
  }

  wake(): void {
    this.#woken = true;
    this.#wakeNow();
  }

  #sleepUntilWoken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
