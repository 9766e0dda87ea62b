/**
 * Mocha's `spec` reporter with one closing line of its own, `12 passed, 0 failed`, so that a script
 * can read the outcome from the last line of the output.
 */
import Mocha from 'mocha'

export default class SpecWithTotals extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    // Registered after the parent's own listener, so it prints after the summary and the failures.
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`)
    })
  }
}
