/**
 * Commands about the files of a home: they need no index, and there is nothing for them in a store.
 */
import type { Input } from './args.ts'
import type { Io } from './io.ts'
import { missingHome, placeOf } from './session.ts'
import { reportError } from './text/report.ts'

/** Runs `use` over the folder of a home; `instead` says what to do where a store holds the threads. */
export const withHomeFiles = async (
  input: Input,
  io: Io,
  instead: string,
  use: (home: string) => Promise<number>
): Promise<number> => {
  const place = await placeOf(input, io)
  if (place.store !== undefined) {
    const reason = `${input.command.name} is about files, and a store holds the threads`
    return reportError({ _tag: 'NotPossible', reason, next: instead }, input.json, io)
  }
  return (await missingHome(place, input, io)) ?? use(place.home)
}
