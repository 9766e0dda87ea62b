/**
 * Where the threads of an engine live, and all that goes with the place: an engine is made of one of these, an index, and
 * what its caller asks for.
 */
import type { EngineParts } from '../../replay/engine.ts'

/** The parts of an engine that depend on where its threads live. */
export type Source = Required<
  Pick<
    EngineParts,
    | 'store'
    | 'writer'
    | 'homeWriter'
    | 'operations'
    | 'homeLogs'
    | 'names'
    | 'auditHome'
    | 'defaultProvider'
    | 'ledgerSource'
  >
> &
  Pick<EngineParts, 'foldBeside' | 'remembered'> & {
    /** Lets go of what it holds. */
    readonly close?: () => void
  }
