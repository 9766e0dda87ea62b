// What a pattern costs, counted and not timed: a matcher that goes back as those of JavaScript do and counts the characters that it looks at.
import regexpTree from 'regexp-tree'
import type { Expression, Repetition } from 'regexp-tree/ast'

type Next = (at: number) => boolean
/** Tries to match at a place, then what follows it. */
type Matcher = (at: number, next: Next) => boolean

interface Run {
  readonly text: string
  steps: number
}

const boundsOf = ({ quantifier }: Repetition): readonly [number, number] => {
  switch (quantifier.kind) {
    case '*':
      return [0, Infinity]
    case '+':
      return [1, Infinity]
    case '?':
      return [0, 1]
    case 'Range':
      return [quantifier.from, quantifier.to ?? Infinity]
  }
}

const isOneChar = (node: Expression | null): boolean =>
  node?.type === 'Char' || node?.type === 'CharacterClass'

/** Reads texts as `pattern` does; behind is true inside of a look behind, which is matched from its end. */
const compiled = (run: Run, flags: string) => {
  const charTest = (node: Expression): ((at: number) => boolean) => {
    const one = new RegExp(`^${regexpTree.generate(node)}$`, flags)
    const known = new Map<string, boolean>()
    return (at) => {
      run.steps += 1
      const char = run.text[at]
      if (char === undefined) return false
      const before = known.get(char)
      if (before !== undefined) return before
      known.set(char, one.test(char))
      return one.test(char)
    }
  }
  const repetition = (node: Repetition, behind: boolean): Matcher => {
    const [min, max] = boundsOf(node)
    const { greedy } = node.quantifier
    const step = behind ? -1 : 1
    if (isOneChar(node.expression)) {
      const test = charTest(node.expression)
      const fits = (at: number): boolean => test(behind ? at - 1 : at)
      return (at, next) => {
        let [count, place] = [0, at]
        for (; count < (greedy ? max : min) && fits(place); place += step) count += 1
        if (count < min) return false
        for (;;) {
          if (next(place)) return true
          run.steps += 1
          if (greedy ? count === min : count === max || !fits(place)) return false
          count += greedy ? -1 : 1
          place += greedy ? -step : step
        }
      }
    }
    const inner = matcher(node.expression, behind)
    const from = (count: number, at: number, next: Next): boolean => {
      const more = (): boolean =>
        count < max && inner(at, (end) => end !== at && from(count + 1, end, next))
      if (count < min) return more()
      return greedy ? more() || next(at) : next(at) || more()
    }
    return (at, next) => from(0, at, next)
  }
  const isWord = (at: number): boolean => /\w/.test(run.text[at] ?? '')
  const matcher = (node: Expression | null, behind: boolean): Matcher => {
    if (node === null) return (at, next) => next(at)
    switch (node.type) {
      case 'Char':
      case 'CharacterClass': {
        const test = charTest(node)
        return behind
          ? (at, next) => test(at - 1) && next(at - 1)
          : (at, next) => test(at) && next(at + 1)
      }
      case 'Alternative': {
        const parts = node.expressions.map((one) => matcher(one, behind))
        return (behind ? parts : parts.toReversed()).reduce<Matcher>(
          (rest, part) => (at, next) => part(at, (end) => rest(end, next)),
          (at, next) => next(at)
        )
      }
      case 'Disjunction': {
        const [left, right] = [matcher(node.left, behind), matcher(node.right, behind)]
        return (at, next) => left(at, next) || right(at, next)
      }
      case 'Group':
        return matcher(node.expression, behind)
      case 'Repetition':
        return repetition(node, behind)
      case 'Assertion': {
        if (node.kind === '\\b') return (at, next) => isWord(at - 1) !== isWord(at) && next(at)
        if (node.kind !== 'Lookahead' && node.kind !== 'Lookbehind')
          throw new Error(`no pattern of the rules has ${node.kind}`)
        const inner = matcher(node.assertion, node.kind === 'Lookbehind')
        const isWanted = node.negative !== true
        return (at, next) => inner(at, () => true) === isWanted && next(at)
      }
      default:
        throw new Error(`no pattern of the rules has a ${node.type}`)
    }
  }
  return matcher
}

/** How many steps it takes to find every match of a pattern, and where the matches are. */
export const patternSteps = (
  { source, flags }: RegExp,
  text: string
): { readonly steps: number; readonly matches: ReadonlyArray<readonly [number, number]> } => {
  const run: Run = { text, steps: 0 }
  const { body } = regexpTree.parse(`/${source}/`)
  const match = compiled(run, flags.replace(/[dg]/g, ''))(body, false)
  const matches: Array<readonly [number, number]> = []
  for (let at = 0; at <= text.length; at += 1) {
    let end = -1
    if (!match(at, (place) => ((end = place), true))) continue
    matches.push([at, end])
    if (end > at) at = end - 1
  }
  return { steps: run.steps, matches }
}
