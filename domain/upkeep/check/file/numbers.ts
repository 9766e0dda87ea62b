/**
 * Numbers of the lines of a paginated file: each is one more than the one before.
 */
import {
  addFinding,
  type LineLocation,
  type FileFindings,
  type ExaminedEvent
} from './file-facts.ts'

interface Unnumbered {
  readonly at: LineLocation
  lines: number
}

export interface Numbers {
  /** Null while no number can be expected. */
  expected: number | null
  unnumbered: Unnumbered | null
  /** Lines since the last number that could not be read: they may have had those that are missing. */
  damaged: number
}

export const startNumbers = (): Numbers => ({ expected: null, unnumbered: null, damaged: 0 })

const endRun = (numbers: Numbers, found: FileFindings): void => {
  const { unnumbered: run } = numbers
  if (run !== null) addFinding(found, 'ordinal_missing', run.at, { lines: run.lines })
  numbers.unnumbered = null
}

const compare = (
  numbers: Numbers,
  ordinal: number,
  event: ExaminedEvent,
  found: FileFindings
): void => {
  const { expected, damaged } = numbers
  const unnumbered = numbers.unnumbered?.lines ?? 0
  if (expected === null || ordinal === expected) return
  const facts = { ordinal, expected }
  if (ordinal === expected - 1) addFinding(found, 'ordinal_repeated', event, facts)
  else if (ordinal < expected) addFinding(found, 'ordinal_backward', event, facts)
  else if (damaged === 0 && ordinal !== expected + unnumbered)
    addFinding(found, 'ordinal_gap', event, facts)
}

/** One event of a paginated file. */
export const foldNumbers = (numbers: Numbers, event: ExaminedEvent, found: FileFindings): void => {
  const { ordinal } = event.line
  if (ordinal === undefined) {
    const { revision, offsetBytes, bytes } = event
    numbers.unnumbered ??= { at: { revision, offsetBytes, bytes }, lines: 0 }
    numbers.unnumbered.lines += 1
    return
  }
  compare(numbers, ordinal, event, found)
  endRun(numbers, found)
  numbers.expected = ordinal + 1
  numbers.damaged = 0
}

/** A line that cannot be read. */
export const skipNumber = (numbers: Numbers): void => {
  numbers.damaged += 1
}

export const endNumbers = (numbers: Numbers, found: FileFindings): void => endRun(numbers, found)
