/**
 * What a meter counted, as one number per series: totals, and for durations how many there were.
 */
import { createMeter, type Meter } from '../../adapters/telemetry/meter.ts'

/** A meter whose clock moves on by one millisecond each time it is looked at. */
export const tickingMeter = (): Meter => {
  let nowMs = 0
  return createMeter(() => (nowMs += 1))
}

const keyOf = (name: string, labels: Readonly<Record<string, string>>): string => {
  const values = Object.values(labels)
  return values.length === 0 ? name : `${name} ${values.join(' ')}`
}

/** Every series as `name value value`, without those of which nothing came; `about` picks names by their beginning. */
export const numbers = (
  meter: Pick<Meter, 'read'>,
  ...about: ReadonlyArray<string>
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    meter
      .read()
      .filter(({ name }) => about.length === 0 || about.some((begin) => name.startsWith(begin)))
      .flatMap(({ name, series }) =>
        series.map(({ labels, value }) => [
          keyOf(name, labels),
          typeof value === 'number' ? value : value.count
        ])
      )
      .filter(([, value]) => value !== 0)
  ) as Readonly<Record<string, number>>
