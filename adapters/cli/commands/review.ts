/**
 * unroll review: starts a review in a thread, and records its result.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import type { ReviewTarget } from '../../../domain/changes/review.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { StartedReview } from '../../../replay/change/mutate/mutations.ts'
import { flagOf, nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { threadNamed } from '../naming/thread-name.ts'
import { mutationOptions } from '../options.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { printJson } from '../text/print.ts'
import { oneLine } from '../text/text.ts'
import { typedInput } from '../typed-input.ts'
import { calledName, printChange } from './changed.ts'
import { printUnwritten, printWritten } from './branch.ts'

const targetOf = (input: Input): ReviewTarget => {
  const branch = textOf(input, 'base')
  if (branch !== undefined) return { type: 'baseBranch', branch }
  const sha = textOf(input, 'commit')
  if (sha !== undefined) return { type: 'commit', sha }
  const instructions = textOf(input, 'instructions')
  return instructions === undefined
    ? { type: 'uncommittedChanges' }
    : { type: 'custom', instructions }
}

/** Where the review takes place: in the thread, or in a fork of it. */
const placeOf = async (
  engine: Engine,
  threadId: string,
  input: Input
): Promise<E.Either<StoreError, string>> => {
  if (!flagOf(input, 'detached') || flagOf(input, 'dry-run')) return E.right(threadId)
  const { expectedRevision } = mutationOptions(input)
  const made = await engine.fork(threadId, {}, { expectedRevision })()
  return E.map(({ id }: { readonly id: string }) => id)(made)
}

const start = async (
  threadId: string,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const place = await placeOf(engine, threadId, input)
  if (E.isLeft(place)) return place
  const { expectedRevision, ...options } = mutationOptions(input)
  const asked = place.right === threadId ? { ...options, expectedRevision } : options
  const done: E.Either<StoreError, StartedReview> = await engine.startReview(
    place.right,
    targetOf(input),
    asked
  )()
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  if (flagOf(input, 'dry-run')) return printUnwritten(done.right.events, io)
  const { hint, turnId } = done.right
  const where = await calledName(engine, place.right)
  const did = `Began a review of ${oneLine(hint)} in ${where}`
  const more = `record its answer: ${nextCommand(input, io, ['review', 'complete', place.right])}`
  const lines = [place.right, `review of ${oneLine(hint)}, turn ${turnId}`]
  return printChange({ did, undo: null, more, lines }, input, io)
}

const complete = async (
  threadId: string,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const path = textOf(input, 'file') ?? '-'
  const said = flagOf(input, 'failed')
    ? null
    : (path === '-'
        ? await typedInput('the answer of the reviewer', io)
        : readFileSync(resolve(io.cwd, path))
      ).toString('utf8')
  const done = await engine.completeReview(threadId, said, mutationOptions(input))()
  const name = await calledName(engine, threadId)
  return printWritten(done, { did: `Recorded the review of ${name}`, undo: null }, input, io)
}

export const reviewCommand: EngineCommand = async (input, io, engine) => {
  const [what, thread = ''] = input.args
  const found = await threadNamed(engine, thread)
  if (E.isLeft(found)) return found
  return (what === 'start' ? start : complete)(found.right, input, io, engine)
}
