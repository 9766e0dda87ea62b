/**
 * A certificate for localhost and 127.0.0.1 that signs itself, for tests of TLS. Its key is public, so it
 * proves nothing to anybody; made with `openssl ca -selfsign`, for a century.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from './listening.ts'

const folder = join(import.meta.dirname, 'certificate')

/** The file a client names as `tlsCAFile`. */
export const CERTIFICATE_FILE = join(folder, 'certificate.pem')

export const testCertificate = (): Certificate => ({
  certificate: readFileSync(CERTIFICATE_FILE),
  key: readFileSync(join(folder, 'key.pem'))
})
