/**
 * A strict reader of Prometheus's text format 0.0.4, written from its description: anything unknown is an error.
 */

/** A line with a value. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with all that belongs to it. */
export interface Family {
  readonly type: string
  readonly help: string
  readonly samples: ReadonlyArray<Sample>
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?/
const TYPES = new Set(['counter', 'gauge', 'histogram'])

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))

const sampleOf = (line: string): Sample => {
  const name = NAME.exec(line)?.[0] ?? ''
  const labels: Record<string, string> = {}
  let rest = line.slice(name.length)
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    for (let pair = LABEL.exec(rest); pair !== null; pair = LABEL.exec(rest)) {
      const [whole, label = '', value = ''] = pair
      if (label in labels) throw new Error(`a label twice: ${line}`)
      labels[label] = unescaped(value)
      rest = rest.slice(whole.length)
    }
    if (!rest.startsWith('}')) throw new Error(`labels that do not end: ${line}`)
    rest = rest.slice(1)
  }
  const value = /^ (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)|[+-]Inf|NaN)$/.exec(rest)?.[1]
  if (name === '' || value === undefined) throw new Error(`no sample: ${line}`)
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

/** Reads a whole answer; throws where it breaks a rule. */
export const parsePrometheus = (text: string): ReadonlyMap<string, Family> => {
  const families = new Map<string, { type: string; help: string; samples: Array<Sample> }>()
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end')
  let current = ''
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      if (families.has(name)) throw new Error(`told twice: ${name}`)
      families.set(name, { type: '', help: unescaped(rest), samples: [] })
      current = name
      continue
    }
    const family = families.get(current)
    if (family === undefined) throw new Error(`belongs to nothing: ${line}`)
    if (kind === 'TYPE') {
      if (name !== current || !TYPES.has(rest) || family.type !== '')
        throw new Error(`a type in the wrong place: ${line}`)
      family.type = rest
      continue
    }
    const sample = sampleOf(line)
    const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    if (!suffixes.some((suffix) => sample.name === current + suffix))
      throw new Error(`belongs to another metric: ${line}`)
    family.samples.push(sample)
  }
  return families
}
