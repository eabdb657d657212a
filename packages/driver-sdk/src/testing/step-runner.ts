/** What every outside effect of a test passes through, so that the suite can count it and let it fail. */
export interface StepRunner {
  /**
   * Runs `effect` as one step.
   *
   * @param name what is done, for failure messages: `POST /servers`
   * @throws whatever `effect` throws, or the failure the suite has planned for this step
   */
  step<T>(name: string, effect: () => T | Promise<T>): Promise<T>;
}

/** Runs each step as it is. */
export const undisturbed: StepRunner = {
  async step(_name, effect) {
    return effect();
  },
};
