/**
 * What is thrown while threads are copied, as data.
 */
import { ERROR_KIND, type StoreError } from '../../../domain/errors.ts'
import { ioFailure } from '../../../replay/guarded.ts'

const isStoreError = (cause: unknown): cause is StoreError =>
  typeof cause === 'object' &&
  cause !== null &&
  Object.hasOwn(ERROR_KIND, (cause as { readonly _tag?: string })._tag ?? '')

/** A failure that was thrown by a read of the server or by the system; anything else is a defect and thrown on. */
export const failureOf = (cause: unknown, path: string): StoreError =>
  isStoreError(cause) ? cause : ioFailure(cause, path)

/** True when no other thread can be copied either. */
export const endsAll = ({ _tag }: StoreError): boolean =>
  _tag === 'StoreUnavailable' || _tag === 'StoreRefused'
