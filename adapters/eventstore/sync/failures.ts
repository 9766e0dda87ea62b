/**
 * Which failures of one thread are failures of all.
 */
import type { StoreError } from '../../../domain/errors.ts'

/** True when no other thread can be copied either. */
export const endsAll = ({ _tag }: StoreError): boolean =>
  _tag === 'StoreUnavailable' || _tag === 'StoreRefused'
